"""References in an s.yaml (contract YAML-4)."""

from __future__ import annotations

import pytest

from gateway.serverless_devs import Reading, translate

DOCUMENT = {"vars": {"a": {"b": "x"}, "n": 5, "again": "${vars.n}", "map": {}}}


@pytest.mark.parametrize(
    ("value", "filled"),
    [
        pytest.param("${vars.a.b}", "x", id="whole"),
        pytest.param("${vars.n}", 5, id="whole-keeps-its-type"),
        pytest.param("/${vars.a.b}/${vars.n}", "/x/5", id="inside"),
        pytest.param("plain", "plain", id="plain"),
        pytest.param(7, 7, id="number"),
    ],
)
def test_a_reference_is_filled_in(value: object, filled: object) -> None:
    reading = Reading(DOCUMENT)
    assert reading.resolved(value, ("p",)) == filled
    assert reading.problems == []


@pytest.mark.parametrize("name", ["vars.c", "vars.n.x", "vars.map", "env('A')", "vars.again", ""])
def test_what_cannot_be_resolved_is_told(name: str) -> None:
    reading = Reading(DOCUMENT)
    reading.resolved(f"a${{{name}}}", ("p",))
    assert [(one.path, one.text) for one in reading.problems] == [
        (("p",), f"${{{name}}} cannot be resolved here: write the value")
    ]


@pytest.mark.parametrize(
    ("auth", "kind"),
    [
        pytest.param({"authConfig": {"authType": "jwt", "authInfo": "{}"}}, "jwt", id="named"),
        pytest.param({"authConfig": None}, None, id="empty"),
        pytest.param({}, None, id="left-out"),
    ],
)
def test_a_domain_has_authentication_of_its_own(auth: dict[str, object], kind: str | None) -> None:
    props = {"domainName": "a.test", **auth}
    reading = translate({"resources": {"d": {"component": "fc3-domain", "props": props}}})
    assert reading.plain["domains"][0].get("auth_type") == kind
