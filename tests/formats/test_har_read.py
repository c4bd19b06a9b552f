"""A HAR of ours comes back whole; one of another program as far as the format goes, and what is lost is counted."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from formats.har import Source, render
from formats.har_read import HarFile
from formats.plain import to_plain
from gateway.exchange import State
from gateway.messages import BodyRef, get, get_all
from playback.decoding import decoded
from store.errors import Damaged, Missing, NewerVersion, NotOurs, RecordingError
from tests.playback.recorded import get as get_request
from tests.playback.recorded import ok, post, record
from tests.store.strategies import exchanges as any_exchange

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.exchange import Exchange

LARGE = {hashlib.sha256(body).digest(): body for body in (b"large " * 60_000, b"other " * 60_000)}
REFS = [BodyRef(name, len(body)) for name, body in LARGE.items()]


def written(exchanges: list[Exchange], side: str = "client", *, sealed: bool = False) -> bytes:
    source = Source(lambda ref: [LARGE.get(ref.digest, b"x" * ref.size)], decoded)
    return b"".join(render(exchanges, side, source, lambda: {"sealed": sealed}))


def read(folder: Path, content: bytes | dict[str, Any]) -> tuple[list[Exchange], Counter[str]]:
    place = folder / "calls.har"
    place.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    found = HarFile(place)
    return list(found.exchanges()), found.notes


def entry(**more: Any) -> dict[str, Any]:
    """An entry as Chrome writes it; `request_x` and `response_x` change a member of either."""
    request: dict[str, Any] = {
        "method": "GET",
        "url": "https://shop.example.test/a?b=c#frag",
        "httpVersion": "h2",
        "headers": [{"name": ":authority", "value": "shop.example.test"}, {"name": "accept", "value": "*/*"}],
    }
    content = {"size": 5, "mimeType": "text/plain", "text": "hello"}
    response: dict[str, Any] = {"status": 200, "statusText": "", "httpVersion": "h2", "headers": [], "content": content}
    for name, value in more.items():
        side, _, member = name.partition("_")
        {"request": request, "response": response}[side][member] = value
    timings = {"blocked": 3, "dns": -1, "send": 1.5, "wait": 20, "receive": 2}
    told = {"startedDateTime": "2026-11-22T10:00:00.500Z", "time": 26.5, "timings": timings}
    return {**told, "request": request, "response": response}


def log(*entries: object) -> dict[str, Any]:
    return {"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": list(entries)}}


@pytest.mark.parametrize("side", ["client", "server"])
def test_ours_comes_back_whole(side: str, tmp_path: Path) -> None:
    packed = gzip.compress(b"hello" * 99)
    calls = record(
        [
            (post(b"/a?x=1", b"\xff\0", (b"X-Odd", b"caf\xe9")), lambda _: ok(b"", status=204)),
            (get_request(b"/z"), lambda _: ok(packed, (b"Content-Encoding", b"gzip"))),
            (post(b"/same", packed), lambda _: ok(packed, (b"Content-Encoding", b"gzip"))),
        ]
    )
    assert read(tmp_path, written(calls, side)) == (calls, Counter())


@settings(max_examples=60)
@given(any_exchange, st.sampled_from(["client", "server"]))
def test_any_exchange_comes_back_whole(tmp_path_factory: pytest.TempPathFactory, exchange: Exchange, side: str) -> None:
    assume("sha256" not in json.dumps(to_plain(exchange)))  # large bodies are made up there: nobody has their bytes
    view = exchange.client if side == "client" else exchange.server
    exchange = replace(exchange, messages=0)
    expected = [exchange] if view is not None and view.request is not None else []
    assert read(tmp_path_factory.mktemp("har"), written([exchange], side))[0] == expected


def test_large_bodies_come_back_from_wherever_they_were_put(tmp_path: Path) -> None:
    (call,) = record([(post(b"/", b"x"), lambda _: ok())])
    assert call.client.request is not None
    assert call.server is not None
    assert call.server.request is not None
    assert call.client.response is not None
    coded = replace(call.client.response, body=REFS[1], headers=((b"Content-Encoding", b"gzip"),))
    changed = replace(
        call,
        client=replace(call.client, request=replace(call.client.request, body=REFS[0]), response=coded),
        server=replace(call.server, request=replace(call.server.request, body=REFS[0])),
    )
    place = tmp_path / "calls.har"
    place.write_bytes(written([changed]))
    found = HarFile(place)
    assert next(found.exchanges()) == changed
    assert [b"".join(found.body_pieces(ref)) for ref in REFS] == list(LARGE.values())


@pytest.mark.parametrize("sealed", [True, False])
def test_whether_secrets_were_sealed_comes_along(sealed: bool, tmp_path: Path) -> None:
    place = tmp_path / "calls.har"
    place.write_bytes(written(record([(get_request(b"/"), lambda _: ok())]), sealed=sealed))
    assert HarFile(place).sealed is sealed


def test_chromes_entry_becomes_a_call_that_can_be_sent(tmp_path: Path) -> None:
    (call,), notes = read(tmp_path, log(entry()))
    request, response = call.client.request, call.client.response
    assert request is not None
    assert response is not None
    assert (request.method, request.target, request.version) == (b"GET", b"/a?b=c", b"HTTP/1.1")
    assert request.headers == ((b"Host", b"shop.example.test"), (b"accept", b"*/*"))
    assert (response.status, response.body) == (200, b"hello")
    assert call.server == call.client
    assert (call.transforms, call.rules_version, call.state) == ((), "", State.COMPLETE)
    assert call.facts.seed.secure is True
    assert call.facts.seed.arrived_us == 1_795_341_600_500_000
    assert (call.timings.server_sent, call.timings.done) == (1500, 23_500)
    assert notes == {"messages of HTTP/2 or 3 are kept as HTTP/1.1": 2}


@pytest.mark.parametrize(
    ("post_data", "headers", "body"),
    [
        pytest.param({"mimeType": "x", "text": "é"}, [], "é".encode(), id="text"),
        pytest.param({"mimeType": "x", "text": "/wA=", "encoding": "base64"}, [], b"\xff\0", id="base64"),
        pytest.param({"mimeType": "x", "text": "ÿ\0"}, [("content-length", "2")], b"\xff\0", id="Chrome's binary"),
        pytest.param({"params": [{"name": "a b", "value": "&"}, {"name": "c"}]}, [], b"a+b=%26&c=", id="form"),
        pytest.param({"text": "a=1", "params": [{"name": "z", "value": "9"}]}, [], b"a=1", id="text and form"),
    ],
)
def test_a_request_body_is_bytes_again(
    post_data: object, headers: list[tuple[str, str]], body: bytes, tmp_path: Path
) -> None:
    told = entry(request_postData=post_data, request_headers=[list(pair) for pair in headers])
    (call,), _ = read(tmp_path, log(told))
    assert call.client.request is not None
    assert call.client.request.body == body
    assert get_all(call.client.request.headers, b"content-length") == [b"%d" % len(body)]


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "gzip, br"])
def test_a_decoded_answer_is_encoded_again(coding: str, tmp_path: Path) -> None:
    headers = [{"name": "content-encoding", "value": coding}, {"name": "content-length", "value": "999"}]
    (call,), notes = read(tmp_path, log(entry(response_headers=headers)))
    answer = call.client.response
    assert answer is not None
    assert isinstance(answer.body, bytes)
    assert decoded(answer.body, answer.headers) == b"hello"
    assert get(answer.headers, b"content-length") == b"%d" % len(answer.body)
    assert notes["bodies were decoded in the file and are encoded again: same content, other bytes"] == 1


def test_an_unknown_coding_is_taken_off_the_answer(tmp_path: Path) -> None:
    (call,), _ = read(tmp_path, log(entry(response_headers=[{"name": "Content-Encoding", "value": "odd"}])))
    assert call.client.response is not None
    assert (call.client.response.headers, call.client.response.body) == ((), b"hello")


def test_several_cookies_in_one_line_become_several_lines(tmp_path: Path) -> None:
    (call,), _ = read(tmp_path, log(entry(response_headers=[{"name": "set-cookie", "value": "a=1\nb=2"}])))
    assert call.client.response is not None
    assert get_all(call.client.response.headers, b"set-cookie") == [b"a=1", b"b=2"]


def test_an_answer_in_another_charset_is_that_charsets_bytes(tmp_path: Path) -> None:
    content = {"size": 4, "mimeType": "text/html; charset=GBK", "text": "中文"}
    (call,), _ = read(tmp_path, log(entry(response_content=content)))
    assert call.client.response is not None
    assert call.client.response.body == "中文".encode("gbk")


def test_a_call_without_an_answer_is_a_failed_one(tmp_path: Path) -> None:
    told = entry(response_status=0, response__error="net::ERR_CONNECTION_REFUSED")
    (call,), notes = read(tmp_path, log(told))
    assert (call.client.response, call.state, call.failure_text) == (
        None,
        State.SERVER_FAILED,
        "net::ERR_CONNECTION_REFUSED",
    )
    assert notes["calls without an answer"] == 1


def test_entries_are_put_in_order_of_time(tmp_path: Path) -> None:
    late, early = entry(request_url="http://h/late"), entry(request_url="http://h/early")
    early["startedDateTime"] = "2026-11-22T11:00:00.000+02:00"
    calls, _ = read(tmp_path, log(late, early))
    assert [call.client.request and call.client.request.target for call in calls] == [b"/early", b"/late"]
    assert [call.id for call in calls] == [1, 2]


@pytest.mark.parametrize(
    ("bad", "note"),
    [
        pytest.param(7, "it has no request", id="no object"),
        pytest.param(entry(request_url="data:text/plain,x"), "its URL is not of HTTP", id="data URL"),
        pytest.param(entry(request_url="http://[::1/x"), "its URL cannot be read", id="broken URL"),
        pytest.param(entry(request_url=5), "its url is no text", id="URL of a wrong type"),
        pytest.param(entry(request_method="GET / HTTP/1.1\r\nX: y"), "its method is none", id="smuggled method"),
        pytest.param(entry(request_headers=[5]), "its headers cannot be read", id="headers"),
        pytest.param(entry(response_status="200"), "its status is none", id="status"),
        pytest.param(entry(response_status=True), "its status is none", id="status true"),
        pytest.param(
            entry(response_content={"text": "ä", "encoding": "base64"}), "its base64 cannot be read", id="base64"
        ),
    ],
)
def test_an_entry_that_says_nothing_usable_is_left_out_and_counted(bad: object, note: str, tmp_path: Path) -> None:
    calls, notes = read(tmp_path, log(bad, entry(), bad))
    assert len(calls) == 1
    assert notes[f"entry left out: {note}"] == 2


@pytest.mark.parametrize(
    ("content", "error"),
    [
        pytest.param(b"", Damaged, id="empty"),
        pytest.param(b'{"log": {"entries": [', Damaged, id="cut short"),
        pytest.param(b"[" * 200_000, Damaged, id="deep"),
        pytest.param(b'{"log": {"entries": ' + b"[" * 200_000, Damaged, id="deep inside"),
        pytest.param(b"[]", NotOurs, id="a list"),
        pytest.param(b'{"log": 1}', NotOurs, id="no log"),
        pytest.param(b'{"log": {"entries": [], "_fc": {"schema": 99}}}', NewerVersion, id="a newer one of ours"),
        pytest.param(b'{"log": {"entries": [{}], "_fc": {"schema": 1}}}', Damaged, id="ours without exchanges"),
        pytest.param(b'{"log": {"entries": ["\xff"]}}', Damaged, id="no UTF-8"),
    ],
)
def test_a_file_that_is_no_har_is_refused(content: bytes, error: type[RecordingError], tmp_path: Path) -> None:
    with pytest.raises(error):
        read(tmp_path, content)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(Missing):
        HarFile(tmp_path / "none.har")


def test_a_body_of_ours_that_was_changed_is_damage(tmp_path: Path) -> None:
    told = json.loads(written(record([(get_request(b"/"), lambda _: ok())])))
    told["log"]["entries"][0]["_fc"]["bodies"] = {"00" * 32: "eA=="}
    with pytest.raises(Damaged, match="not what was written"):
        read(tmp_path, told)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=9,
)


@settings(max_examples=150)
@given(st.data())
def test_no_value_of_a_strangers_breaks_the_reader(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Any member of an entry replaced by anything: an exchange, a counted omission, or an error with a next step."""
    told = entry(request_postData={"mimeType": "x", "text": "y", "params": []})
    where: Any = told
    name = data.draw(st.sampled_from(sorted(where)))
    while isinstance(where[name], dict) and data.draw(st.booleans()):
        where = where[name]
        name = data.draw(st.sampled_from(sorted(where)))
    where[name] = data.draw(JSON)
    calls, notes = read(tmp_path_factory.mktemp("har"), log(told))
    assert calls or notes
