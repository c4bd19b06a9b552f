"""Noise is what differs between runs of one build; learnt rules forgive it and keep a planted difference."""

from __future__ import annotations

import asyncio
import json
import random
import uuid
from typing import TYPE_CHECKING

import pytest

from playback.findings import Finding, Kind
from playback.learn import Proposal, learn, route_of, unused
from playback.noise import NoiseRule
from playback.send import Plan, Sent, send
from playback.target import Target
from playback.verdict import Outcome, Verdict
from tests.playback.recorded import NoSecrets, get, ok, record
from tests.playback.servers import answer, serving

if TYPE_CHECKING:
    from gateway.exchange import Exchange
    from gateway.messages import Request, Response


class NoisyServer:
    """A clock, random ids and a random order in its answers. `price` is the part that means something."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - noise, not a secret
        self._now = 1_795_000_000.0
        self.price = 10

    def answer(self) -> tuple[bytes, list[tuple[bytes, bytes]]]:
        self._now += self._random.random()
        items = [{"id": self._uuid(), "name": name, "price": self.price} for name in ("a", "b", "c", "d")]
        self._random.shuffle(items)
        told = {"at": self._now, "request": self._uuid(), "items": items, "tags": self._random.sample("xyz", 3)}
        fields = [
            (b"Content-Type", b"application/json"),
            (b"X-Trace", b"trace=%016x;v=1" % self._random.getrandbits(64)),
            (b"Set-Cookie", b"sid=%032x; Path=/" % self._random.getrandbits(128)),
        ]
        return json.dumps(told).encode(), fields

    def recorded(self, _: Request) -> Response:
        body, fields = self.answer()
        return ok(body, *fields)

    def live(self, _: bytes) -> bytes:
        body, fields = self.answer()
        return answer(body, *(b": ".join(line) for line in fields))

    def _uuid(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128)))


def replayed(exchanges: list[Exchange], port: int, rules: tuple[NoiseRule, ...] = ()) -> Sent:
    return asyncio.run(send(exchanges, Target("127.0.0.1", port, ""), NoSecrets(), Plan(noise=rules)))


@pytest.mark.parametrize("seed", range(5))
def test_learnt_noise_leaves_no_false_difference_and_keeps_a_planted_one(seed: int) -> None:
    server = NoisyServer(seed)
    exchanges = record((get(b"/items/%d" % (n % 2)), server.recorded) for n in range(6))
    with serving(server.live) as live:
        runs = [replayed(exchanges, live.port).outcomes for _ in range(3)]
        assert all(outcome.verdict is Verdict.DIFFERENT for run in runs for outcome in run)
        rules = tuple(proposal.rule for proposal in learn(runs))
        quiet = replayed(exchanges, live.port, rules)
        assert [outcome.verdict for outcome in quiet.outcomes] == [Verdict.SAME] * 6
        assert {finding.kind for outcome in quiet.outcomes for finding in outcome.findings} == {Kind.NOISE}
        server.price = 11
        planted = replayed(exchanges, live.port, rules)
    assert [outcome.verdict for outcome in planted.outcomes] == [Verdict.DIFFERENT] * 6
    real = {finding.path for outcome in planted.outcomes for finding in outcome.findings if finding.kind is Kind.VALUE}
    assert real == {f"body.items[{index}].price" for index in range(4)}


def test_the_rules_are_by_place_and_shape() -> None:
    server = NoisyServer(7)
    exchanges = record((get(b"/items/1?page=2"), server.recorded) for _ in range(4))
    with serving(server.live) as live:
        proposals = learn([replayed(exchanges, live.port).outcomes for _ in range(3)])
    rules = {(one.rule.path, one.rule.shape, one.rule.before, one.rule.after) for one in proposals}
    assert ("body.at", "epoch-s", "", "") in rules
    assert ("body.request", "uuid", "", "") in rules
    assert ("body.items", "unordered", "", "") in rules
    assert ("headers.x-trace", "hex", "trace=", ";v=1") in rules
    assert ("headers.set-cookie.sid", "hex", "", "; Path=/") in rules
    assert {one.rule.route for one in proposals} == {"/items/*"}
    assert {one.rule.method for one in proposals} == {"GET"}


def run(*findings: Finding, number: int = 1) -> tuple[Outcome, ...]:
    return (Outcome(number, "GET", "/", Verdict.DIFFERENT, findings),)


def value(path: str, recorded: str, now: str) -> Finding:
    return Finding(Kind.VALUE, path, recorded, now)


def learnt(*runs: tuple[Outcome, ...]) -> list[Proposal]:
    return list(learn(runs))


def test_a_difference_that_is_the_same_in_every_run_is_real() -> None:
    same = run(value("body.a", "1", "2"))
    assert learnt(same, same, same) == []


def test_a_value_that_differs_in_one_run_is_noise() -> None:
    (proposal,) = learnt(run(value("body.a", "1", "2")), run(), run())
    assert proposal.rule.shape == "integer"
    assert proposal.evidence[0].startswith("differed in 1 of 3 runs, 2 values, such as '1', '2'")


@pytest.mark.parametrize(
    "finding",
    [
        pytest.param(lambda n: Finding(Kind.STATUS, "status", "200", str(500 + n)), id="status"),
        pytest.param(lambda n: Finding(Kind.VALUE, "reason", "OK", f"{n}"), id="reason"),
        pytest.param(lambda n: Finding(Kind.ADDED, f"body.a{n}", None, "1"), id="presence"),
        pytest.param(lambda n: Finding(Kind.TYPE, "body.a", "1", f"{n}"), id="type"),
        pytest.param(lambda n: Finding(Kind.TRANSPORT, "answer", "200", None, f"{n}"), id="transport"),
    ],
)
def test_status_and_presence_are_never_noise(finding: object) -> None:
    assert callable(finding)
    assert learnt(*(run(finding(number)) for number in range(3))) == []


def test_a_value_without_a_shape_is_marked_for_care() -> None:
    (proposal,) = learnt(*(run(value("body.a", "hello", text)) for text in ("one two", "three", "!")))
    assert proposal.rule.shape == "any"
    assert proposal.evidence[1].startswith("CAREFUL")


def test_an_exchange_that_one_run_did_not_judge_teaches_nothing() -> None:
    skipped = (Outcome(1, "GET", "/", Verdict.SAME, skipped="x"),)
    assert learnt(run(value("body.a", "1", "2")), skipped, run(value("body.a", "1", "3"))) == []


def test_the_same_noise_has_the_same_name() -> None:
    (one,) = learnt(run(value("body.a", "1", "2")), run())
    (two,) = learnt(run(value("body.a", "4", "5")), run(value("body.a", "4", "6")))
    assert one.rule.id == two.rule.id


@pytest.mark.parametrize(
    ("target", "route"),
    [
        ("/items/17?x=1", "/items/*"),
        ("/a/123e4567-e89b-12d3-a456-426614174000/b", "/a/*/b"),
        ("/1/2/3", "/*/*/*"),
        ("/plain", "/plain"),
        ("/a*b[c]?", "/a[*]b[[]c]"),
    ],
)
def test_a_route_stands_for_paths_of_its_kind(target: str, route: str) -> None:
    assert route_of(target) == route
    assert NoiseRule("x", "body", "any", "*", route).is_for("GET", target)


def test_rules_that_forgave_nothing_are_named() -> None:
    rules = [NoiseRule("a", "body.a", "any"), NoiseRule("b", "body.b", "any")]
    assert unused(rules, run(Finding(Kind.NOISE, "body.a", rule="a"))) == ("b",)
