"""Two recordings are paired call by call, whatever order they are in, and nothing is said that is not so."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.exchange import Exchange, Failure, View
from playback.sequences import Came, Step, sequences
from tests.playback.recorded import get, ok, post, record

if TYPE_CHECKING:
    from gateway.messages import Headers, Request, Response

JSON: Headers = ((b"Content-Type", b"application/json"),)


def calls(*targets: bytes) -> list[Exchange]:
    return record([(get(target), lambda _: ok(b"hello")) for target in targets])


def told(steps: tuple[Step, ...]) -> list[tuple[str, str]]:
    return [(step.came.value, _path(step.right or step.left)) for step in steps]


def _path(exchange: Exchange | None) -> str:
    assert exchange is not None
    assert exchange.client.request is not None
    return exchange.client.request.target.decode()


CASES = [
    pytest.param([b"/a", b"/b"], [b"/a", b"/b"], [("same", "/a"), ("same", "/b")], id="the-same"),
    pytest.param([b"/a", b"/b"], [b"/b"], [("missing", "/a"), ("same", "/b")], id="missing"),
    pytest.param([b"/b"], [b"/a", b"/b"], [("extra", "/a"), ("same", "/b")], id="extra"),
    pytest.param(
        [b"/a", b"/b", b"/c"],
        [b"/b", b"/c", b"/a"],
        [("reordered", "/a"), ("same", "/b"), ("same", "/c")],
        id="the-fewest-are-moved",
    ),
    pytest.param([b"/a"] * 3, [b"/a"] * 2, [("same", "/a"), ("same", "/a"), ("missing", "/a")], id="repeats-in-order"),
    pytest.param([b"/a?x=1&y=2"], [b"/a?y=2&x=1"], [("same", "/a?y=2&x=1")], id="the-same-by-meaning"),
    pytest.param([b"/a?x=1"], [b"/a?x=2"], [("changed", "/a?x=2")], id="another-query-is-a-change"),
    pytest.param([], [b"/a"], [("extra", "/a")], id="nothing-on-the-left"),
    pytest.param([b"/a"], [], [("missing", "/a")], id="nothing-on-the-right"),
    pytest.param([], [], [], id="nothing-at-all"),
]


@pytest.mark.parametrize(("left", "right", "expected"), CASES)
def test_calls_are_paired(left: list[bytes], right: list[bytes], expected: list[tuple[str, str]]) -> None:
    assert told(sequences(calls(*left), calls(*right))) == expected


def one(request: Request, answer: Response | Failure) -> list[Exchange]:
    return record([(request, lambda _: answer)])


CHANGES = [
    pytest.param(one(get(b"/"), ok(b"x")), one(get(b"/"), ok(b"x", status=404)), ["status"], id="status"),
    pytest.param(one(get(b"/"), ok(b"x")), one(get(b"/"), Failure.CLOSED), ["status"], id="a-failure"),
    pytest.param(
        one(get(b"/"), ok(b'{"a":1}', *JSON)), one(get(b"/"), ok(b'{ "a": 2 }', *JSON)), ["body.a"], id="by-value"
    ),
    pytest.param(
        one(post(b"/", b'{"n":1}', *JSON), ok()),
        one(post(b"/", b'{"n":2}', *JSON), ok()),
        ["request.body.n"],
        id="asked",
    ),
]


@pytest.mark.parametrize(("left", "right", "paths"), CHANGES)
def test_what_changed_has_its_path(left: list[Exchange], right: list[Exchange], paths: list[str]) -> None:
    step = sequences(left, right)[0]
    assert step.came is Came.CHANGED
    assert [finding.path for finding in step.findings][: len(paths)] == paths


def test_minted_fields_and_pseudonyms_of_another_key_are_no_difference() -> None:
    left = one(get(b"/t?token=secret:0123456789ab"), ok(b"x", (b"Date", b"1"), (b"X-A", b"jwt:0123456789ab")))
    right = one(get(b"/t?token=secret:ba9876543210"), ok(b"x", (b"Date", b"2"), (b"X-A", b"jwt:ba9876543210")))
    assert [step.came for step in sequences(left, right)] == [Came.SAME]


def test_what_could_not_be_parsed_is_paired_by_its_bytes() -> None:
    broken = [replace(calls(b"/")[0], client=View(), server=None, raw=raw) for raw in (b"GET\0", b"x")]
    assert [step.came for step in sequences(broken, broken[::-1])] == [Came.REORDERED, Came.SAME]


paths = st.lists(st.sampled_from([b"/a", b"/b", b"/c", b"/d"]), max_size=9)


@given(paths, paths)
def test_every_call_of_both_is_told_once(left: list[bytes], right: list[bytes]) -> None:
    steps = sequences(calls(*left), calls(*right))
    assert Counter(_path(step.left) for step in steps if step.left) == Counter(path.decode() for path in left)
    assert Counter(_path(step.right) for step in steps if step.right) == Counter(path.decode() for path in right)
    assert [_path(step.left) for step in steps if step.left] == [path.decode() for path in left]
    common = (Counter(left) & Counter(right)).total()
    assert sum(step.came in (Came.SAME, Came.REORDERED) for step in steps) == common


@given(paths)
def test_a_recording_is_the_same_as_itself(found: list[bytes]) -> None:
    assert {step.came for step in sequences(calls(*found), calls(*found))} <= {Came.SAME}
