"""Known secrets in many places of real calls: afterwards they are in nothing that could be given away.

Looked for raw, percent-coded, base64 at each alignment and hexadecimal, in the files of the recording, in every decoded
body, in the pages and lists that are made of it, and in what the proxy printed.
Read next: placements.py.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import subprocess
import sys
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped] # it ships no annotations
import pytest
import zstandard

from gateway.messages import BodyRef
from store.body_slots import body_slots
from store.reader import Reader
from store.record import encode
from store.recording import open_for_reading
from tests.live.messages import read_response
from tests.live.placements import CONTROL, CONTROL_BODY, CONTROL_TARGET, ROWS, Row, percent, secret_of
from tests.live.rawclient import RawClient
from tests.live.scripted import Behaviour, ScriptedServer
from tests.proxy import ROOT, Proxy, free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from gateway.exchange import Exchange

ENOUGH = 60


def forms(value: bytes) -> set[bytes]:
    """A value as it may stand somewhere."""
    quoted = percent(value)
    found = {value, quoted, quoted.lower(), value.hex().encode(), value.hex().upper().encode()}
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + value + b"\0" * 2)
        whole = slice(-(-shift * 8 // 6) + (shift > 0), (shift + len(value)) * 8 // 6)
        found |= {coded[whole], coded[whole].translate(bytes.maketrans(b"+/", b"-_"))}
    return found | {value.replace(b"/", b"\\/")}


def test_the_forms_are_found() -> None:
    value = b"Cn0123456789/+7=z"
    for before in (b"", b"a", b"ab", b"abc", b"alice:"):
        assert any(form in base64.b64encode(before + value + b"tail") for form in forms(value))
    assert any(form in b"x" + value.hex().encode() for form in forms(value))


@dataclass(frozen=True, slots=True)
class Desk:
    """What is left of the calls, by name: everything that could be given away."""

    folder: Path
    things: dict[str, bytes]
    server_got: list[bytes]


def call(proxy: Proxy, server: ScriptedServer, row: Row) -> None:
    """Make one call and wait for its end, whatever it is."""
    server.script(default=row.behaviour)
    with RawClient(proxy.port) as client:
        client.send_what_is_taken(row.request)
        if not row.leaves:
            with contextlib.suppress(ConnectionError):
                read_response(client.stream, row.request.partition(b" ")[0])


def decoded(data: bytes) -> Iterator[bytes]:
    """A body as it is, and as any coding makes it."""
    yield data
    unzstd = zstandard.ZstdDecompressor().decompressobj().decompress
    ways: tuple[Callable[[bytes], bytes], ...] = (gzip.decompress, zlib.decompress, brotli.decompress, unzstd)
    for way in ways:
        try:
            yield way(data)
        except (OSError, EOFError, zlib.error, brotli.error, zstandard.ZstdError):
            continue
    try:
        yield zlib.decompressobj(31).decompress(data)
    except zlib.error:
        return


def words_of(reader: Reader, exchange: Exchange) -> bytes:
    """All that is told of an exchange, its bodies decoded."""
    bodies = [body for _, body in body_slots(exchange)]
    whole = [b"".join(reader.body_pieces(body)) if isinstance(body, BodyRef) else body for body in bodies]
    encoded = encode(exchange)
    texts = [encoded.record, *encoded.bodies.values()]
    return b"\n".join([*texts, *(text for body in whole for text in decoded(body))])


def replay(folder: Path, *words: str) -> bytes:
    """What `replay.py` prints, on both streams."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "replay.py"), *words], cwd=folder, capture_output=True, check=False
    )
    assert b"Traceback" not in done.stderr, done.stderr
    return done.stdout + done.stderr


def gathered(folder: Path) -> dict[str, bytes]:
    """Everything that is made of the recording or stands beside it, but the key."""
    things = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.suffix != ".key"}
    recording = open_for_reading(str(folder / "fc.db"))
    reader = Reader(recording)
    exchanges = list(reader.exchanges())
    things |= {f"exchange {each.id}": words_of(reader, each) for each in exchanges}
    recording.close()
    things["list"] = replay(folder, "list", "fc.db")
    things["audit"] = replay(folder, "audit", "fc.db", "-o", "audit.html") + (folder / "audit.html").read_bytes()
    things["check"] = replay(folder, "check", "fc.db", "--json", "check.json") + (folder / "check.json").read_bytes()
    for each in exchanges[:: len(exchanges) // 6 + 1]:
        things[f"show {each.id}"] = replay(folder, "show", "fc.db", str(each.id))
    return things


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("canaries") / "proxy"
    with ScriptedServer() as server:
        with Proxy(folder, server.port, {"fc_durability": "normal"}) as proxy:
            got: list[bytes] = []
            for row in (*ROWS.values(), CONTROL):
                call(proxy, server, row)
                got += [one.message.raw for one in server.received if one.message is not None]
            live = {path.name + " live": path.read_bytes() for path in folder.glob("fc.db*") if path.suffix != ".key"}
        yield Desk(folder, gathered(folder) | live, got)


def leaks(desk: Desk, secrets: tuple[bytes, ...]) -> list[str]:
    """Where one of these values still stands."""
    return [
        name for name, data in desk.things.items() for secret in secrets if any(form in data for form in forms(secret))
    ]


def test_the_search_would_find_them(tmp_path: Path) -> None:
    names = ("bearer", "json-nested", "answer-gzip", "query-token")
    with ScriptedServer() as server, Proxy(tmp_path / "proxy", server.port, {"fc_seal": "off"}) as proxy:
        for name in names:
            call(proxy, server, ROWS[name])
        recording = open_for_reading(str(proxy.recording_path))
        reader = Reader(recording)
        things = {str(each.id): words_of(reader, each) for each in reader.exchanges()}
        recording.close()
    desk = Desk(tmp_path, things, [])
    assert [leaks(desk, ROWS[name].secrets) != [] for name in names] == [True] * len(names)


PROGRAM = """
import http.server, os, sys
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        key = self.headers["X-Api-Key"]
        print("login password=" + key + " ok", flush=True)
        print('{"level": "info", "secret": "' + key + '"}', file=sys.stderr, flush=True)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def test_a_program_s_log_gives_nothing_away(tmp_path: Path) -> None:
    program, port, value = tmp_path / "program.py", free_port(), secret_of("log")
    program.write_text(PROGRAM)
    options = {"fc_command": f"{sys.executable} {program} {port}"}
    with Proxy(tmp_path / "proxy", port, options) as proxy, RawClient(proxy.port) as client:
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\nX-Fc-Log-Type: Tail\r\nX-Api-Key: " + value + b"\r\n\r\n")
        (tail,) = client.answer().head.values("x-fc-log-result")
    assert b"login password=" + value in base64.b64decode(tail)
    desk = Desk(tmp_path / "proxy", gathered(tmp_path / "proxy"), [])
    assert b"login password=" in desk.things["exchange 1"]
    assert leaks(desk, (value,)) == []


def test_there_are_many_places() -> None:
    assert len(ROWS) >= ENOUGH


@pytest.mark.parametrize("name", ROWS)
def test_a_secret_is_nowhere(desk: Desk, name: str) -> None:
    assert leaks(desk, ROWS[name].secrets) == []


def test_control_words_stay_readable(desk: Desk) -> None:
    exchanges = b"".join(data for name, data in desk.things.items() if name.startswith("exchange"))
    assert CONTROL_BODY in exchanges
    assert CONTROL_TARGET in exchanges
    for word in (b"Ada Control", b"Bob Control", b"qwerty"):
        assert word in desk.things["audit"]
    assert b"secretary=Bob" in desk.things["list"]


def test_sending_again_sends_the_original_bytes(desk: Desk) -> None:
    with ScriptedServer() as server:
        server.script(default=Behaviour())
        replay(desk.folder, "send", "fc.db", "--to", f"http://127.0.0.1:{server.port}")
        again = sorted(one.whole.raw for one in server.received)
    assert again == sorted(desk.server_got)
    assert len(again) > ENOUGH
