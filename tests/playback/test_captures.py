"""A value that the server mints anew is captured from its answer and carried on."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from playback.capture_file import load_captures
from playback.captures import Capture, Captures, value_at
from playback.findings import Finding, Kind
from playback.send import Plan, Sent, send
from playback.target import Target
from playback.toml_tables import BadFile
from playback.verdict import Verdict
from tests.playback.recorded import NoSecrets, get, ok, post, record
from tests.playback.servers import RawServer, answer, serving

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.messages import Request, Response

JSON = (b"Content-Type", b"application/json")
LOGIN = Capture("token", "body.token", "POST", "/login")
CREATED = Capture("id", "body.id", "*", "/*", ("path", "query"))


class Shop:
    """Gives out a token and ids; wants the token back, and knows the ids it gave."""

    def __init__(self, token: str, first: int) -> None:
        self._token, self._first = token, first

    def reply(self, method: str, target: str, token: str) -> tuple[int, dict[str, object]]:
        if target == "/login":
            return 200, {"token": self._token}
        if token != self._token:
            return 401, {"error": "no"}
        if method == "POST":
            return 201, {"id": self._first}
        return (200 if target == f"/items/{self._first}?n=17" else 404), {"id": self._first, "by": self._token}

    def recorded(self, request: Request) -> Response:
        token = dict(request.headers).get(b"Authorization", b"").decode().removeprefix("Bearer ")
        status, told = self.reply(request.method.decode(), request.target.decode(), token)
        return ok(json.dumps(told).encode(), JSON, status=status)

    def live(self, raw: bytes) -> bytes:
        lines = raw.decode().split("\r\n")
        method, target, _ = lines[0].split(" ")
        fields = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
        status, told = self.reply(method, target, fields.get("Authorization", "").removeprefix("Bearer "))
        return answer(json.dumps(told).encode(), b"Content-Type: application/json", status=b"%d OK" % status)


def replayed(rules: tuple[Capture, ...]) -> tuple[Sent, RawServer]:
    then, now = Shop("first-token", 7), Shop("the-second-and-longer-token", 1234)
    bearer = (b"Authorization", b"Bearer first-token")
    exchanges = record(
        [
            (post(b"/login", b"{}", JSON), then.recorded),
            (post(b"/items", b'{"owner": "first-token"}', JSON, bearer), then.recorded),
            (get(b"/items/7?n=17", bearer), then.recorded),
        ]
    )
    with serving(now.live) as server:
        target = Target("127.0.0.1", server.port, "")
        return asyncio.run(send(exchanges, target, NoSecrets(), Plan(captures=rules))), server


def test_without_captures_nothing_fits() -> None:
    sent, _ = replayed(())
    assert [outcome.verdict for outcome in sent.outcomes] == [Verdict.DIFFERENT] * 3


def test_captured_values_are_carried_on_and_are_no_difference() -> None:
    sent, server = replayed((LOGIN, CREATED))
    assert [outcome.verdict for outcome in sent.outcomes] == [Verdict.SAME] * 3
    assert {finding.rule for outcome in sent.outcomes for finding in outcome.findings} == {"id"}
    assert server.got[1].endswith(b'{"owner": "the-second-and-longer-token"}')
    assert b"\r\nContent-Length: 40\r\n" in server.got[1]
    assert server.got[2].startswith(b"GET /items/1234?n=17 HTTP/1.1\r\n")
    assert b"Authorization: Bearer the-second-and-longer-token" in server.got[2]


def test_a_capture_that_finds_nothing_is_named() -> None:
    sent, _ = replayed((LOGIN, Capture("gone", "body.nope")))
    assert sent.stale_captures == ("gone",)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("body.a[1].b", "2"),
        ("body.c", "text"),
        ("body.none", None),
        ("headers.location", "/items/7"),
        ("headers.set-cookie.sid", "abc"),
        ("headers.set-cookie.other", None),
        ("headers.nope", None),
    ],
)
def test_a_place_has_a_value(source: str, value: str | None) -> None:
    fields = (JSON, (b"Location", b"/items/7"), (b"Set-Cookie", b"sid=abc; Path=/"))
    assert value_at(ok(b'{"a": [1, {"b": 2}], "c": "text", "d": null}', *fields), source) == value


def captured(rule: Capture, old: bytes, new: bytes) -> Captures:
    captures = Captures((rule,))
    captures.learn(get(b"/"), ok(old, JSON), ok(new, JSON))
    return captures


def test_another_value_at_the_place_is_a_difference() -> None:
    captures = captured(CREATED, b'{"id": 7}', b'{"id": 8}')
    other = Finding(Kind.VALUE, "body.id", "7", "9")
    assert captures.forgiven((other,)) == (other,)


def test_backslashes_are_taken_literally() -> None:
    captures = captured(Capture("x", "body.x"), b'{"x": "abc"}', rb'{"x": "\\1"}')
    assert captures.into_request(get(b"/?q=abc")).target == rb"/?q=\1"


def test_only_whole_words_are_replaced() -> None:
    captures = captured(Capture("id", "body.id"), b'{"id": 7}', b'{"id": 8}')
    assert captures.into_request(get(b"/7/17/a7?id=7&x=77")).target == b"/8/17/a7?id=8&x=77"


def test_a_value_goes_only_where_it_should() -> None:
    captures = captured(Capture("id", "body.id", into=("query",)), b'{"id": 7}', b'{"id": 8}')
    request = captures.into_request(post(b"/7?id=7", b"7", (b"X", b"7")))
    assert (request.target, request.body, dict(request.headers)[b"X"]) == (b"/7?id=8", b"7", b"7")


def test_nothing_captured_changes_nothing() -> None:
    request = get(b"/7")
    assert Captures((CREATED,)).into_request(request) is request


GOOD = '[[capture]]\nname = "token"\nsource = "body.token"\n'


def test_rules_are_a_text_file(tmp_path: Path) -> None:
    path = tmp_path / "captures.toml"
    path.write_text(GOOD + 'method = "POST"\nroute = "/login"\ninto = ["headers", "body"]\n')
    assert load_captures(path) == (Capture("token", "body.token", "POST", "/login", ("headers", "body")),)
    path.write_text(GOOD + 'into = "path"\n')
    assert load_captures(path) == (Capture("token", "body.token", into=("path",)),)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(GOOD + 'into = ["boddy"]\n', "did you mean 'body'", id="mistyped place"),
        pytest.param(GOOD + "into = [1]\n", "into must be text", id="no text"),
        pytest.param(GOOD.replace("body.token", "status"), "begins with headers. or body", id="a status"),
        pytest.param('[[capture]]\nname = "x"\n', "source is missing", id="no source"),
        pytest.param("[[rule]]\n", "only .*capture.* tables", id="another sort of table"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "captures.toml"
    path.write_text(content)
    with pytest.raises(BadFile, match=told):
        load_captures(path)
