"""A mapping that a person wrote: the config it means, or every slip in it."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from gateway.config import Config, Domain, Function, Launch, Rewrite, Route, Trigger
from gateway.config_load import load, written_at
from gateway.shape import Path, Problem

ROUTE = {
    "path": "/a/*",
    "functionName": "shop-web",
    "methods": ["GET"],
    "rewriteConfig": {"wildcardRules": [{"match": "/a/*", "replacement": "/$1"}]},
}
LOADED_ROUTE = Route("/a/*", "shop-web", methods=("GET",), wildcard_rules=(Rewrite("/a/*", "/$1"),))
S_YAML: dict[str, Any] = {
    "edition": "3.0.0",
    "name": "shop",
    "vars": {"region": "cn-beijing", "limits": {"memory": 1024}},
    "resources": {
        "web": {
            "component": "fc3",
            "props": {
                "region": "${vars.region}",
                "functionName": "shop-web",
                "runtime": "custom.debian11",
                "timeout": 30,
                "memorySize": "${vars.limits.memory}",
                "customRuntimeConfig": {"command": ["python3", "server.py"], "port": 9010},
                "triggers": [
                    {"triggerName": "t", "triggerType": "timer", "triggerConfig": {"cronExpression": "x"}},
                    {
                        "triggerName": "http1",
                        "triggerType": "http",
                        "qualifier": "LATEST",
                        "triggerConfig": {"authType": "function", "disableURLInternet": True, "methods": ["GET"]},
                    },
                ],
            },
        },
        "box": {
            "component": "fc3@0.1.2",
            "props": {
                "functionName": "${resources.web.props.functionName}-box",
                "customContainerConfig": {"image": "i"},
            },
        },
        "domain": {
            "component": "devsapp/fc3-domain",
            "props": {
                "domainName": "auto",
                "routeConfig": {"routes": [ROUTE]},
            },
        },
        "bucket": {"component": "oss", "props": {"anything": 1}},
    },
}
CONFIG = Config(
    functions=(
        Function(
            "shop-web",
            "http://127.0.0.1:9010",
            1024,
            30,
            1,
            triggers=(Trigger("http1", "LATEST", ("GET",), "function", internet_url_disabled=True),),
            launch=Launch(("python3", "server.py")),
        ),
        Function("shop-web-box", "http://127.0.0.1:9000", 512, 3, 1, triggers=()),
    ),
    domains=(
        Domain(
            "shop-web.fcv3.1234567890123456.cn-beijing.fc.devsapp.net",
            (LOADED_ROUTE,),
        ),
    ),
    region="cn-beijing",
)


def test_an_s_yaml_becomes_a_config() -> None:
    assert load(S_YAML) == CONFIG


def test_our_own_keys_are_the_field_names() -> None:
    assert load({"region": "cn-beijing", "functions": [{"name": "a", "timeout_s": 5}]}) == Config(
        region="cn-beijing", functions=(Function("a", timeout_s=5),)
    )
    assert load({}) == Config()


def changed(keys: Path, value: object) -> dict[str, Any]:
    document: Any = deepcopy(S_YAML)
    here = document
    for key in keys[:-1]:
        here = here[key]
    here[keys[-1]] = value
    return dict(document)


PROPS: Path = ("resources", "web", "props")
HTTP: Path = (*PROPS, "triggers", 1)
ROUTES: Path = ("resources", "domain", "props", "routeConfig", "routes")
SECOND_TRIGGER = [S_YAML["resources"]["web"]["props"]["triggers"][1]] * 2


@pytest.mark.parametrize(
    ("keys", "value", "where", "text"),
    [
        pytest.param(("edtion",), 1, ("edtion",), "unknown key; did you mean edition?", id="top"),
        pytest.param((*PROPS, "tiemout"), 1, (*PROPS, "tiemout"), "did you mean timeout?", id="function-key"),
        pytest.param((*PROPS, "zzz"), 1, (*PROPS, "zzz"), "unknown key; known are", id="no-near-key"),
        pytest.param((*PROPS, "timeout"), "x", (*PROPS, "timeout"), "a number is expected here, not 'x'", id="type"),
        pytest.param((*PROPS, "timeout"), 0, (*PROPS, "timeout"), "0 is not possible: 0.001 to 86400", id="range"),
        pytest.param((*PROPS, "memorySize"), True, (*PROPS, "memorySize"), "a whole number", id="flag-for-number"),
        pytest.param(
            (*PROPS, "timeout"), "${env('T')}", (*PROPS, "timeout"), "${env('T')} cannot be resolved", id="env"
        ),
        pytest.param(
            (*PROPS, "triggers"), SECOND_TRIGGER, (*PROPS, "triggers", 1), "already, 'http1'", id="two-triggers"
        ),
        pytest.param((*PROPS, "triggers"), "x", (*PROPS, "triggers"), "a list is expected here", id="list"),
        pytest.param((*HTTP, "triggerConfig"), 1, (*HTTP, "triggerConfig"), "a mapping is expected", id="mapping"),
        pytest.param(
            (*HTTP, "triggerConfig", "methods"),
            ["get"],
            (*HTTP, "triggerConfig", "methods", 0),
            "did you mean GET?",
            id="method",
        ),
        pytest.param(
            (*HTTP, "triggerConfig", "authType"),
            "anonymus",
            (*HTTP, "triggerConfig", "authType"),
            "did you mean anonymous?",
            id="auth",
        ),
        pytest.param(
            (*HTTP, "triggerConfig", "methd"), [], (*HTTP, "triggerConfig", "methd"), "did you mean methods?", id="key"
        ),
        pytest.param((*ROUTES, 0, "functionName"), "shop", (*ROUTES, 0, "functionName"), "mean shop-web?", id="route"),
        pytest.param((*ROUTES, 0, "path"), "/*/a", (*ROUTES, 0, "path"), "* at its end alone", id="route-path"),
        pytest.param(
            (*PROPS, "customRuntimeConfig", "prot"), 1, (*PROPS, "customRuntimeConfig", "prot"), "port", id="port"
        ),
        pytest.param(PROPS, {"region": "r"}, PROPS, "functionName is missing", id="no-name"),
        pytest.param(
            ("resources", "domain", "props"),
            {},
            ("resources", "domain", "props"),
            "domainName is",
            id="nameless",
        ),
        pytest.param(("resources", "web"), "x", ("resources", "web"), "a mapping is expected here", id="resource"),
    ],
)
def test_a_slip_is_named_where_its_author_wrote_it(keys: Path, value: object, where: Path, text: str) -> None:
    problems = load(changed(keys, value))
    assert isinstance(problems, tuple)
    assert [one.path for one in problems if text in one.text] == [where]


@pytest.mark.parametrize(
    ("document", "path", "text"),
    [
        pytest.param("x", (), "a config is a mapping", id="no-mapping"),
        pytest.param({"resources": {}}, ("resources",), "there is no function", id="no-function"),
        pytest.param({"resources": None}, ("resources",), "a mapping is expected here", id="no-resources"),
        pytest.param({"funtions": []}, ("funtions",), "did you mean functions?", id="own-key"),
        pytest.param({"functions": []}, ("functions",), "at least one function", id="none"),
        pytest.param({"functions": [{}, {}]}, ("functions", 1), "another function 'web'", id="doubled"),
        pytest.param({"functions": "x"}, ("functions",), "a list is expected here, not 'x'", id="text-for-list"),
        pytest.param({"functions": [1]}, ("functions", 0), "a mapping is expected here, not 1", id="number"),
        pytest.param({"functions": None}, ("functions",), "a list is expected here, not nothing", id="nothing"),
        pytest.param({"region": []}, ("region",), "a text is expected here, not a list", id="list-for-text"),
        pytest.param({"region": {}}, ("region",), "a text is expected here, not a mapping", id="mapping-for-text"),
        pytest.param({"evidence": "observd"}, ("evidence",), "did you mean observed?", id="choice"),
        pytest.param({"limits": {"async_body": -1}}, ("limits", "async_body"), "cannot be negative", id="negative"),
        pytest.param({"domains": [{}]}, ("domains", 0), "name is missing", id="missing"),
        pytest.param({"domains": [{"name": "a"}, {"name": "A"}]}, ("domains", 1), "another domain 'a'", id="domains"),
        pytest.param({"functions": [{"server": "9000"}]}, ("functions", 0, "server"), "is not an address", id="server"),
        pytest.param(
            {"functions": [{"triggers": [{"internet_url_disabled": "no"}]}]},
            ("functions", 0, "triggers", 0, "internet_url_disabled"),
            "true or false",
            id="flag",
        ),
    ],
)
def test_a_slip_in_any_mapping(document: object, path: Path, text: str) -> None:
    problems = load(document)
    assert isinstance(problems, tuple)
    assert [one.path for one in problems if text in one.text] == [path]


def test_every_slip_is_told_at_once() -> None:
    problems = load({"regoin": 1, "functions": [{"nmae": "a"}, {"timeout_s": "x"}]})
    assert isinstance(problems, tuple)
    assert len(problems) == 3
    assert all(isinstance(one, Problem) for one in problems)


def test_a_domain_without_routes_cannot_be_named_by_the_component() -> None:
    loaded = load({"domains": [{"name": "auto"}]})
    assert isinstance(loaded, Config)
    assert loaded.domains[0].name == "auto"


def test_a_place_is_found_by_its_longest_known_beginning() -> None:
    places: dict[Path, Path] = {("functions", 0): ("web",), ("functions", 0, "name"): ("web", "functionName")}
    assert written_at(("functions", 0, "name"), places) == ("web", "functionName")
    assert written_at(("functions", 0, "x", 1), places) == ("web", "x", 1)
    assert written_at(("limits",), places) == ("limits",)
