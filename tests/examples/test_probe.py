"""The probe, asked without any gateway: what it echoes and what it can be made to do."""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING, Any

import pytest

from examples.probe.probe import Wish, wish_of
from gateway.config_load import load
from tests.conformance.probes import PROBE, Probe
from tests.live.rawclient import RawClient

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Probe]:
    with Probe(tmp_path_factory.mktemp("probe") / "log.txt") as probe:
        yield probe


def ask(
    probe: Probe, wish: dict[str, Any] | None = None, method: str = "GET"
) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", probe.port, timeout=20)
    connection.request(method, "/a//b?c=%2f", headers={} if wish is None else {"X-Probe": json.dumps(wish)})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"Content-Length: 5\r\n\r\nhello", id="length"),
        pytest.param(b"Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\nX-Sum: 1\r\n\r\n", id="chunked"),
    ],
)
def test_it_echoes_what_it_got(probe: Probe, body: bytes) -> None:
    with RawClient(probe.port) as client:
        for _ in range(2):  # on one connection
            client.send(b"PUT //a/../b?c=%2f HTTP/1.1\r\nHost: a\r\nx-A: \xe9\r\nX-a: 2\r\n" + body)
            told = json.loads(client.answer().body)
            assert (told["method"], told["target"], told["version"]) == ("PUT", "//a/../b?c=%2f", "HTTP/1.1")
            assert told["headers"][:3] == [["Host", "a"], ["x-A", "é"], ["X-a", "2"]]
            assert (told["body"], told["body_size"]) == ("hello", 5)


def test_it_does_what_it_is_asked(probe: Probe) -> None:
    wish = {"status": 302, "headers": ["Location: /b", "Set-Cookie: a=1", "Set-Cookie: b=2"], "body": "gone"}
    answer, body = ask(probe, wish)
    assert (answer.status, body) == (302, b"gone")
    assert answer.getheaders() == [
        ("Location", "/b"),
        ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b=2"),
        ("Content-Length", "4"),
    ]


def test_sizes_are_exact(probe: Probe) -> None:
    answer, body = ask(probe, {"headers_total": 8193, "body_size": 100_000})
    assert sum(len(name) + len(value) for name, value in answer.getheaders()) == 8193
    assert body == b"x" * 100_000


@pytest.mark.parametrize(
    ("wish", "method", "length", "body"),
    [
        pytest.param({"chunks": ["one", "two"]}, "GET", None, b"onetwo", id="chunks"),
        pytest.param({"length": False, "body": "to the end"}, "GET", None, b"to the end", id="no length"),
        pytest.param({"status": 204}, "GET", None, b"", id="no content"),
        pytest.param({"body_size": 7}, "HEAD", "7", b"", id="HEAD"),
    ],
)
def test_framing_follows_the_wish(
    probe: Probe, wish: dict[str, Any], method: str, length: str | None, body: bytes
) -> None:
    answer, found = ask(probe, wish, method)
    assert (answer.getheader("Content-Length"), found) == (length, body)


def test_what_it_says_is_its_log(probe: Probe) -> None:
    ask(probe, {"says": "a line"})
    assert probe.log.read_text() == "a line\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param('{"stauts": 200}', "no such wish: stauts", id="mistyped"),
        pytest.param('{"status": "200"}', "status cannot be '200'", id="kind"),
        pytest.param('{"headers": [1]}', "headers cannot be", id="kind inside"),
        pytest.param("[]", "a JSON object is wanted", id="not an object"),
        pytest.param("{", "Expecting", id="not JSON"),
    ],
)
def test_a_slip_in_a_wish_is_named(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        wish_of(text)


def test_a_slip_is_an_answer(probe: Probe) -> None:
    answer, body = ask(probe, {"stauts": 200})
    assert (answer.status, body) == (400, body)
    assert b"known are status, headers" in body


def test_whole_seconds_are_seconds() -> None:
    assert wish_of('{"delay": 1, "chunks": ["a"]}') == Wish(delay=1, chunks=("a",))


def test_the_deployment_is_a_config_that_this_gateway_reads() -> None:
    from ruamel.yaml import YAML

    config = load(YAML(typ="safe").load((PROBE.parent / "s.yaml").read_text(encoding="utf-8")))
    assert not isinstance(config, tuple), config
    (function,) = config.functions
    assert (function.name, function.timeout_s, function.concurrency) == ("web", 60, 10)


def test_its_page_names_every_wish() -> None:
    page = (PROBE.parent / "README.md").read_text(encoding="utf-8")
    assert [name for name in Wish.__dataclass_fields__ if f"| `{name}` |" not in page] == []
