"""Flow files: mitmproxy opens ours, ours come back whole, a stranger's come in as far as they can be read."""

from __future__ import annotations

import io
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mitmproxy import http
from mitmproxy.io import FlowReader, tnetstring
from mitmproxy.test import tflow, tutils

from formats.flows import MOST_BODY, Source, render
from formats.flows_read import FlowFile, is_flow_file
from formats.plain import from_plain, to_plain
from gateway.exchange import Exchange, Failure, State
from gateway.messages import BodyRef, get
from store.errors import Damaged, Missing
from tests.playback.recorded import get as get_request
from tests.playback.recorded import ok, post, record
from tests.store.strategies import exchanges as any_exchange

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mitmproxy.flow import Flow


def load(ref: BodyRef) -> list[bytes]:
    return [b"x" * ref.size]


def written(exchanges: Iterable[Exchange], side: str = "client", *, sealed: bool = False) -> bytes:
    return b"".join(render(exchanges, side, Source(load, lambda _: {}, sealed)))


def read(folder: Path, content: bytes) -> tuple[list[Exchange], Counter[str]]:
    place = folder / "calls.flow"
    place.write_bytes(content)
    found = FlowFile(place)
    try:
        return list(found.exchanges()), found.notes
    finally:
        found.close()


def stored(*flows: Flow) -> bytes:
    out = io.BytesIO()
    for one in flows:
        tnetstring.dump(one.get_state(), out)
    return out.getvalue()


def call(**more: object) -> http.HTTPFlow:
    return tflow.tflow(req=tutils.treq(**more), resp=tutils.tresp(timestamp_start=946681203, timestamp_end=946681204))


CALLS = record(
    [
        (post(b"/a%20b?x=1", b"\xff\0", (b"X-Odd", b"caf\xe9")), lambda _: ok(b"hello")),
        (get_request(b"/gone"), lambda _: Failure.CLOSED),
        (get_request(b"/" + b"x" * 5000), lambda _: ok()),
    ]
)


@pytest.mark.parametrize("side", ["client", "server"])
def test_ours_come_back_whole(side: str, tmp_path: Path) -> None:
    expected = [one for one in CALLS if side == "client" or one.server is not None]
    assert read(tmp_path, written(CALLS, side)) == (expected, Counter())


@settings(max_examples=40)
@given(any_exchange)
def test_any_exchange_comes_back_whole(tmp_path_factory: pytest.TempPathFactory, exchange: Exchange) -> None:
    exchange = replace(exchange, messages=0)
    expected = [exchange] if exchange.client.request is not None else []
    if expected:
        assert read(tmp_path_factory.mktemp("flows"), written([exchange]))[0] == expected


def test_the_same_exchanges_are_the_same_bytes() -> None:
    assert written(CALLS) == written(CALLS)


def test_mitmdump_opens_what_is_written(tmp_path: Path) -> None:
    (tmp_path / "calls.flow").write_bytes(written(CALLS))
    done = subprocess.run(
        [str(Path(sys.executable).with_name("mitmdump")), "-nr", "calls.flow", "--set", "flow_detail=2"],
        check=False,
        capture_output=True,
        cwd=tmp_path,
    )
    told = done.stdout.decode()
    assert done.returncode == 0, done.stderr
    assert "POST http://example.test/a%20b?x=1" in told
    assert "<< 200 OK 5b" in told
    assert "/gone" in told
    assert "rror" not in done.stderr.decode()


def test_flows_show_the_side_that_was_asked_for() -> None:
    (client, *_), (server, *_) = (
        [one for one in FlowReader(io.BytesIO(written(CALLS, side))).stream() if isinstance(one, http.HTTPFlow)]
        for side in ("client", "server")
    )
    assert "x-fc-request-id" not in client.request.headers
    assert server.request.headers["x-fc-request-id"] == "1-00000001"
    assert client.request.raw_content == b"\xff\0"


def test_a_huge_body_is_missing_in_the_flow_as_mitmproxy_knows_it() -> None:

    answer = CALLS[0].client.response
    assert answer is not None
    huge = replace(answer, body=BodyRef(b"d" * 32, MOST_BODY + 1))
    changed = replace(CALLS[0], client=replace(CALLS[0].client, response=huge))
    (found,) = FlowReader(io.BytesIO(written([changed]))).stream()
    assert isinstance(found, http.HTTPFlow)
    assert found.response is not None
    assert found.response.raw_content is None


@pytest.mark.parametrize("sealed", [True, False])
def test_whether_secrets_were_sealed_comes_along(sealed: bool, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(written(CALLS, sealed=sealed))
    found = FlowFile(tmp_path / "a")
    assert found.sealed is sealed
    found.close()


def test_a_flow_of_mitmproxys_becomes_a_call_byte_by_byte(tmp_path: Path) -> None:
    fields = http.Headers([(b"Host", b"a.test"), (b"X-Odd", b"caf\xe9"), (b"x-odd", b"2")])
    (found,), notes = read(tmp_path, stored(call(method=b"PUT", path=b"/p?q", headers=fields, content=b"\xff\0")))
    request, response = found.client.request, found.client.response
    assert request is not None
    assert response is not None
    assert (request.method, request.target, request.body) == (b"PUT", b"/p?q", b"\xff\0")
    assert request.headers == ((b"Host", b"a.test"), (b"X-Odd", b"caf\xe9"), (b"x-odd", b"2"))
    assert (response.status, response.body) == (200, b"message")
    assert (found.server, found.rules_version, found.state) == (found.client, "", State.COMPLETE)
    assert found.facts.seed.arrived_us == 946_681_200_000_000
    assert found.timings.done == 4_000_000
    assert notes == {}


def test_a_flow_without_a_host_gets_the_one_that_it_went_to(tmp_path: Path) -> None:
    (found,), _ = read(tmp_path, stored(call(headers=http.Headers(), http_version=b"HTTP/2.0", authority=b"h.test:1")))
    assert found.client.request is not None
    assert get(found.client.request.headers, b"host") == b"h.test:1"
    assert found.client.request.version == b"HTTP/1.1"


def test_what_is_no_http_is_left_out_and_counted(tmp_path: Path) -> None:
    failed = tflow.tflow(err=True)
    calls, notes = read(tmp_path, stored(tflow.ttcpflow(), call(), tflow.tdnsflow(), tflow.twebsocketflow(), failed))
    assert [one.id for one in calls] == [1, 2, 3]
    assert (calls[2].state, calls[2].failure_text) == (State.SERVER_FAILED, "error")
    assert notes == {
        "flows that are no HTTP are left out": 2,
        "conversations over a WebSocket are left out, their handshakes are not": 1,
    }


def test_a_file_that_breaks_off_gives_what_is_whole(tmp_path: Path) -> None:
    first, second = stored(call()), stored(call())
    calls, notes = read(tmp_path, first + second[:-9])
    assert len(calls) == 1
    assert notes == {f"the file breaks off or is no flow file from byte {len(first)} on": 1}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"hello", id="text"),
        pytest.param(b"999999999999:x,", id="a length beyond the file"),
        pytest.param(b"99999999999999999999:x,", id="an absurd length"),
        pytest.param(b"5:hel", id="cut short"),
        pytest.param(b":x,", id="no length"),
    ],
)
def test_what_is_no_flow_file_is_refused(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(Damaged):
        read(tmp_path, content)


def nested(depth: int) -> bytes:
    value = b"0:~"
    for _ in range(depth):
        value = b"%d:%b]" % (len(value), value)
    return value


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param(nested(5000), id="very deep"),
        pytest.param(tnetstring.dumps([1, 2]), id="a list"),
        pytest.param(tnetstring.dumps({"version": 9999, "type": "http"}), id="a newer version"),
        pytest.param(tnetstring.dumps({"version": 21, "type": "http"}), id="nothing in it"),
        pytest.param(b"3:abc?", id="an unknown type"),
        pytest.param(b"3:1:x}", id="a broken dictionary"),
    ],
)
def test_a_flow_that_cannot_be_read_takes_no_other_along(odd: bytes, tmp_path: Path) -> None:
    calls, notes = read(tmp_path, stored(call()) + odd + stored(call()))
    assert len(calls) == 2
    assert notes == {"flows that cannot be read are left out": 1}


STATE = call().get_state()


@settings(max_examples=100)
@given(st.data())
def test_no_value_of_a_strangers_breaks_the_reader(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    odd = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=True) | st.text() | st.binary()
    part = data.draw(st.sampled_from(["request", "response", "client_conn", None]))
    changed = dict(STATE)
    inner = dict(STATE[part]) if part else changed
    inner[data.draw(st.sampled_from(sorted(inner)))] = data.draw(odd)
    if part:
        changed[part] = inner
    calls, notes = read(tmp_path_factory.mktemp("flows"), tnetstring.dumps(changed) + stored(call()))
    assert len(calls) + notes.total() == 2
    for one in calls:
        assert from_plain(Exchange, to_plain(one)) == one  # every value is what its field holds


def test_metadata_that_only_looks_like_ours_is_damage(tmp_path: Path) -> None:
    found = call()
    found.metadata["fc_replay"] = '{"schema": 1, "exchange": {"id": "x"}}'
    with pytest.raises(Damaged):
        read(tmp_path, stored(found))


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(Missing):
        FlowFile(tmp_path / "none")


@pytest.mark.parametrize(
    ("start", "whether"),
    [(b"12:abc", True), (b":x", False), (b"abc", False), (b"{", False), (b"1234567890123:", False)],
)
def test_a_flow_file_is_known_by_its_start(start: bytes, whether: bool) -> None:
    assert is_flow_file(start) is whether
