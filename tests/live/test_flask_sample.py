"""The product page's Flask sample, verbatim, started by the proxy and called through it."""

from __future__ import annotations

import shlex
import sys
from base64 import b64decode
from typing import TYPE_CHECKING

import pytest

from gateway.messages import get_all
from tests.live.rawclient import RawClient
from tests.proxy import ROOT, Proxy, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLE = ROOT / "examples" / "flask_sample.py"
PAGE_LINES = (
    "REQUEST_ID_HEADER = 'x-fc-request-id'",
    "@app.route('/<path:path>', methods=['GET', 'POST', 'PUT', 'DELETE'])",
    "    rid = request.headers.get(REQUEST_ID_HEADER)",
    '    print("Path: " + path)',
    "    return \"Hello, World!\", 200, [('Function-Name', os.getenv('FC_FUNCTION_NAME'))]",
    "    app.run(host='0.0.0.0', port=9000)",
)


@pytest.fixture(scope="module")
def flask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """A proxy that starts the sample. The sample's own port is 9000, which a test cannot count on."""
    port = free_port()
    words = [sys.executable, "-m", "flask", "--app", str(SAMPLE), "run", "--host", "127.0.0.1", "--port", str(port)]
    options = {"fc_command": shlex.join(words), "fc_function": "hello"}
    with Proxy(tmp_path_factory.mktemp("flask") / "proxy", port, options) as proxy:
        yield proxy


def test_it_is_the_page_s_own_text() -> None:
    assert set(PAGE_LINES) <= set(SAMPLE.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("tls", [pytest.param(False, id="fc"), pytest.param(True, id="tls")])
def test_two_calls_on_one_connection_without_a_gap(flask: Proxy, tls: bool) -> None:
    last = flask.recorded.newest()
    call = b"GET /%b HTTP/1.1\r\nHost: app.example.test\r\n\r\n"
    with RawClient(flask.port, tls=tls) as client:
        client.send(call % b"first" + call % b"second")
        for _ in range(2):
            answer = client.answer()
            assert answer.body == b"Hello, World!"
            assert answer.head.values("function-name") == [b"hello"]
            for reserved in ("connection", "server"):
                assert answer.head.values(reserved) == []
    found = flask.recorded.after(last)
    assert [one.client.request.target for one in found if one.client.request] == [b"/first", b"/second"]
    for one in found:
        assert one.server is not None
        assert one.server.response is not None
        assert get_all(one.server.response.headers, b"connection") == [b"close"]
        flask.recorded.assert_no_silent_change(one)


def test_a_chunked_body_reaches_it(flask: Proxy) -> None:
    head = b"POST /up HTTP/1.1\r\nHost: app.example.test\r\nX-Fc-Log-Type: Tail\r\nTransfer-Encoding: chunked\r\n\r\n"
    with RawClient(flask.port) as client:
        client.send(head + b"2\r\nhi\r\n0\r\n\r\n")
        answer = client.answer()
    (tail,) = answer.head.values("x-fc-log-result")
    assert b"Path: up\nData: b'hi'\n" in b64decode(tail)


def test_tail_holds_what_the_call_printed(flask: Proxy) -> None:
    with RawClient(flask.port) as client:
        for path in (b"one", b"two"):
            client.send(b"GET /%b HTTP/1.1\r\nHost: app.example.test\r\nX-Fc-Log-Type: Tail\r\n\r\n" % path)
            answer = client.answer()
            (tail,) = answer.head.values("x-fc-log-result")
            (request_id,) = answer.head.values("x-fc-request-id")
            text = b64decode(tail)
            assert text.startswith(b"FC Invoke Start RequestId: " + request_id)
            assert b"Path: %b\nData: b''\n" % path in text
            assert b"FC Invoke End RequestId: " + request_id in text
        assert b"Path: one" not in text


def test_an_api_call_reaches_it(flask: Proxy) -> None:
    event = b"POST /2023-03-30/functions/hello/invocations HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello world"
    last = flask.recorded.newest()
    with RawClient(flask.port) as client:
        client.send(event)
        answer = client.answer()
    assert answer.body == b"Hello, World!"
    assert answer.head.values("function-name") == []
    (found,) = flask.recorded.after(last)
    assert b"Path: invoke\nData: b'hello world'\n" in found.log


def test_the_forced_attachment_is_lifted_on_a_custom_domain(flask: Proxy) -> None:
    with RawClient(flask.port) as client:
        for host, expected in ((b"x-abcdefghij.cn-hangzhou.fcapp.run", [b"attachment"]), (b"app.example.test", [])):
            client.send(b"GET / HTTP/1.1\r\nHost: %b\r\n\r\n" % host)
            assert client.answer().head.values("content-disposition") == expected
