"""A noise rule forgives values of its shape at its place, and nothing else."""

from __future__ import annotations

import pytest

from gateway.messages import Headers, Response
from playback.allowance import Allowance
from playback.compare import compare_responses
from playback.noise import UNORDERED, Noise, NoiseRule, for_call, normal_path

JSON: Headers = ((b"Content-Type", b"application/json"),)
ONE, TWO, THREE = (b'"%08x-0000-0000-0000-000000000000"' % number for number in (1, 2, 3))


def kinds(old: bytes, new: bytes, *rules: NoiseRule) -> list[tuple[str, str, str]]:
    findings = compare_responses(
        Response(200, headers=JSON, body=old),
        Response(200, headers=JSON, body=new),
        allowance=Allowance(noise=Noise(rules)),
    )
    return [(finding.kind.value, finding.path, finding.rule) for finding in findings]


ID = NoiseRule("id", "body.items[].id", "uuid")
ANY_ORDER = NoiseRule("order", "body.items", UNORDERED)


@pytest.mark.parametrize(
    ("old", "new", "rules", "expected"),
    [
        pytest.param(
            b'{"items":[{"id":%b}]}' % ONE, b'{"items":[{"id":%b}]}' % TWO, (ID,),
            [("noise", "body.items[0].id", "id")], id="the shape on both sides",
        ),
        pytest.param(
            b'{"items":[{"id":%b}]}' % ONE, b'{"items":[{"id":"Error"}]}', (ID,),
            [("value", "body.items[0].id", "")], id="an error text is a difference",
        ),
        pytest.param(
            b'{"items":[{"id":%b}]}' % ONE, b'{"items":[{}]}', (ID,),
            [("removed", "body.items[0].id", "")], id="presence stays asserted",
        ),
        pytest.param(
            b'{"items":[{"id":%b}]}' % ONE, b'{"items":[{"id":null}]}', (ID,),
            [("type", "body.items[0].id", "")], id="another type is a difference",
        ),
        pytest.param(
            b'{"id":%b}' % ONE, b'{"id":%b}' % TWO, (ID,), [("value", "body.id", "")], id="another place",
        ),
        pytest.param(
            b'{"items":[{"id":%b,"n":1},{"id":%b,"n":2}]}' % (ONE, TWO),
            b'{"items":[{"id":%b,"n":3},{"id":%b,"n":1},{"id":%b,"n":2}]}' % (ONE, TWO, THREE),
            (ID,),
            [("added", "body.items[0]", ""), ("noise", "body.items[0].id", "id"), ("noise", "body.items[1].id", "id")],
            id="elements belong together but for noise",
        ),
        pytest.param(
            b'{"items":[1,2,3]}', b'{"items":[3,1,2]}', (ANY_ORDER,), [("noise", "body.items", "order")],
            id="any order",
        ),
        pytest.param(
            b'{"items":[1,2,3]}', b'{"items":[3,1,9]}', (ANY_ORDER,), [("value", "body.items[2]", "")],
            id="any order, but not any element",
        ),
        pytest.param(
            b'{"items":[{"id":%b,"n":1},{"id":%b,"n":2}]}' % (ONE, TWO),
            b'{"items":[{"id":%b,"n":2},{"id":%b,"n":1}]}' % (THREE, ONE),
            (ID, ANY_ORDER),
            [("noise", "body.items", "order")],
            id="any order and any id",
        ),
        pytest.param(
            b'{"items":[{"id":%b,"n":1},{"id":%b,"n":2}]}' % (ONE, TWO),
            b'{"items":[{"id":%b,"n":2},{"id":%b,"n":7}]}' % (THREE, ONE),
            (ID, ANY_ORDER),
            [("noise", "body.items[0].id", "id"), ("value", "body.items[1].n", "")],
            id="a planted difference stays under any order",
        ),
    ],
)  # fmt: skip
def test_a_rule_forgives_its_shape_at_its_place(
    old: bytes, new: bytes, rules: tuple[NoiseRule, ...], expected: list[tuple[str, str, str]]
) -> None:
    assert kinds(old, new, *rules) == expected


def test_what_stands_around_the_shape_must_stay() -> None:
    rule = NoiseRule("x", "body", "integer", before="took ", after=" ms")
    assert rule.fits("took 12 ms")
    assert not rule.fits("took  ms")
    assert not rule.fits("used 12 ms")
    assert not NoiseRule("x", "body", "any", before="aba", after="ba").fits("aba")


@pytest.mark.parametrize(
    ("method", "target", "count"),
    [(b"GET", b"/items/7?q", 1), (b"POST", b"/items/7", 0), (b"GET", b"/other", 0)],
)
def test_a_rule_speaks_about_its_calls(method: bytes, target: bytes, count: int) -> None:
    rule = NoiseRule("x", "body.id", "integer", "GET", "/items/*")
    assert bool(for_call([rule], method, target).claim("body.id", "1", "2")) is bool(count)


def test_indexes_are_normal() -> None:
    assert normal_path("body.a[12].b[0]") == "body.a[].b[]"
