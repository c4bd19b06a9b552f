from __future__ import annotations

import base64
import gzip
import tempfile
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

import brotli  # type: ignore[import-untyped] # it ships no annotations
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text as text_of

from gateway.changes import Leg, Part, Transform
from gateway.differences import unexplained
from gateway.exchange import View
from gateway.messages import BodyRef, Request, Response
from store.body_slots import readable_body
from store.keep import Keep
from store.keys import Key
from store.readable import COPY_LIMIT
from store.reader import Reader
from store.record import encode
from store.recording import open_for_reading, open_for_writing
from store.retention import prune
from store.sealing import seal
from store.spool import Spool
from store.unsealing import Unsealer
from tests.store.placements import (
    CANARY,
    CONTROL,
    CONTROL_JSON,
    JSON,
    JWT,
    KEY_ID,
    PLACEMENTS,
    answer,
    body,
    echoed,
    request_header,
    response_header,
    target,
)
from tests.store.samples import sample, write_all
from tests.store.strategies import exchanges

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from gateway.exchange import Exchange

KEY = Key(b"k" * 32)
HIDDEN = (CANARY, JWT, KEY_ID, b"MIICanary", b"SAMLcanary")


@pytest.fixture
def place(anywhere: str) -> str:
    """Both kinds of database."""
    return anywhere


def forms(value: bytes) -> Iterable[bytes]:
    yield value
    yield quote(value, safe="").encode()
    yield base64.b64encode(value).rstrip(b"=")
    yield value.hex().encode()


def all_bytes(exchange: Exchange) -> bytes:
    encoded = encode(exchange)
    return b"\n".join([encoded.record, *encoded.bodies.values()])


def leaks(data: bytes) -> list[bytes]:
    return [form for value in HIDDEN for form in forms(value) if form in data]


@pytest.mark.parametrize("place", PLACEMENTS)
def test_no_secret_is_left_wherever_it_was(place: str) -> None:
    exchange = PLACEMENTS[place]()
    sealed = seal(exchange, KEY)
    assert not leaks(all_bytes(sealed.exchange))
    assert sealed.count > 0


@pytest.mark.parametrize("place", [name for name in PLACEMENTS if name.startswith("early-")])
def test_a_sealed_interim_answer_is_still_claimed_by_its_transform(place: str) -> None:
    exchange = PLACEMENTS[place]()
    found, sealed = (
        [one for one in unexplained(each) if one.part is Part.INTERIM]
        for each in (exchange, seal(exchange, KEY).exchange)
    )
    assert found == sealed == []


@pytest.mark.parametrize("place", PLACEMENTS)
def test_the_test_would_see_an_unsealed_secret(place: str) -> None:
    """Guards the test above: compressed bodies alone hide their canary from a plain search."""
    hidden_by_coding = place.startswith(("gzip", "deflate"))
    assert bool(leaks(all_bytes(PLACEMENTS[place]()))) is not hidden_by_coding


@pytest.mark.parametrize(
    "exchange",
    [
        pytest.param(target(CONTROL), id="query"),
        pytest.param(body(b"application/json", CONTROL_JSON), id="json"),
        pytest.param(
            body(b"text/plain", b"The author kept his secretary's tokenizer in passage 4: sign here."), id="text"
        ),
        pytest.param(request_header(b"Access-Control-Allow-Credentials", b"true"), id="cors"),
        pytest.param(request_header(b"User-Agent", b"curl/8.5.0 (x86_64; rv:109.0) 4.15.16.17"), id="agent"),
        pytest.param(response_header(b"ETag", b'W/"5f-1234567890123456"'), id="etag"),
        pytest.param(body(b"image/png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256))), id="image"),
    ],
)
def test_ordinary_words_stay_as_they_are(exchange: Exchange) -> None:
    sealed = seal(exchange, KEY)
    assert sealed.exchange == exchange
    assert sealed.count == 0


def test_what_surrounds_a_secret_can_still_be_read() -> None:
    sealed = seal(request_header(b"Cookie", b"theme=dark; sid=" + CANARY), KEY).exchange
    assert sealed.client.request
    value = sealed.client.request.headers[1][1]
    assert value.startswith(b"theme=secret:")
    assert b"; sid=secret:" in value


def test_equal_secrets_have_one_pseudonym_and_two_keys_two() -> None:
    def pseudonym(exchange: Exchange, key: Key) -> bytes:
        (tag,) = seal(exchange, key).secrets
        return tag

    first = pseudonym(request_header(b"X-Api-Key", CANARY), KEY)
    assert pseudonym(response_header(b"Set-Cookie", b"sid=" + CANARY), KEY) == first
    assert pseudonym(target(b"/?token=" + CANARY), KEY) == first
    assert pseudonym(request_header(b"X-Api-Key", CANARY), Key(b"q" * 32)) != first


def test_a_body_keeps_its_length_and_its_json() -> None:
    document = b'{"password": "abc", "pin": 1234, "token": "' + b"t" * 40 + b'", "n": 1}'
    sealed = seal(body(b"application/json", document), KEY).exchange
    assert sealed.client.request
    found = sealed.client.request.body
    assert isinstance(found, bytes)
    assert len(found) == len(document)
    assert found.startswith(b'{"password": "')
    assert b'"pin": 1234' not in found
    assert b"secret:" in found


@pytest.mark.parametrize("place", PLACEMENTS)
def test_on_the_same_desk_the_original_comes_back(place: str, tmp_path: Path) -> None:
    exchange = PLACEMENTS[place]()
    write_all(str(tmp_path / "fc.db"), [exchange], seal="on")
    recording = open_for_reading(str(tmp_path / "fc.db"))
    (stored,) = Reader(recording).exchanges()
    assert not leaks(all_bytes(stored))
    assert Unsealer(recording).unseal(stored) == exchange
    recording.close()


def only_in(name: str) -> Exchange:
    """An exchange with a secret in one place that is looked at apart from all others."""
    found, line = sample(1), (b"X-Note", b"see " + JWT)
    assert found.client.request is not None
    tail = Response(200, b"OK", ((b"X-Fc-Log-Result", base64.b64encode(b"told " + JWT)),))
    return {
        "trailers": replace(
            found, client=replace(found.client, request=replace(found.client.request, trailers=(line,)))
        ),
        "transform": replace(found, transforms=(Transform("x", Leg.REQUEST, Part.HEADERS, (line,), ()),)),
        "target": replace(found, transforms=(Transform("x", Leg.REQUEST, Part.TARGET, b"/" + JWT, b"/"),)),
        "failure": replace(found, failure_text="said " + JWT.decode()),
        "log": replace(found, log=JWT),
        "raw": replace(found, raw=JWT),
        "log tail": replace(found, facts=replace(found.facts, log_tail=JWT)),
        "log result": replace(found, client=replace(found.client, response=tail)),
        "server": replace(found, server=View(Request(b"GET", b"/", (line,)))),
    }[name]


@pytest.mark.parametrize(
    "name", ["trailers", "transform", "target", "failure", "log", "raw", "log tail", "log result", "server"]
)
def test_a_secret_that_stands_in_one_place_alone_comes_back(name: str, tmp_path: Path) -> None:
    write_all(str(tmp_path / "fc.db"), [only_in(name)], seal="on")
    recording = open_for_reading(str(tmp_path / "fc.db"))
    (stored,) = Reader(recording).exchanges()
    assert JWT not in all_bytes(stored)
    assert Unsealer(recording).unseal(stored) == only_in(name)
    recording.close()


@settings(max_examples=40, deadline=None)
@given(exchanges, st.sampled_from(sorted(PLACEMENTS)))
def test_any_exchange_comes_back_as_it_was(found: Exchange, place: str) -> None:
    tagged = request_header(b"X-Seen", b"a secret:0123456789ab, jwt:0123456789ab")
    numbered = [replace(each, id=ident) for ident, each in enumerate([found, PLACEMENTS[place](), tagged], start=1)]
    with tempfile.TemporaryDirectory() as folder:
        write_all(f"{folder}/fc.db", numbered, seal="on")
        recording = open_for_reading(f"{folder}/fc.db")
        unsealer = Unsealer(recording)
        assert [unsealer.unseal(each) for each in Reader(recording).exchanges()] == numbered
        recording.close()


def test_every_sealed_value_can_be_searched_for(tmp_path: Path) -> None:
    write_all(str(tmp_path / "fc.db"), [echoed(CANARY), replace(PLACEMENTS["json-password"](), id=2)], seal="on")
    recording = open_for_reading(str(tmp_path / "fc.db"))
    assert set(Unsealer(recording).values()) == {CANARY}
    recording.close()


def spooled(content_type: bytes, pieces: list[bytes]) -> tuple[Exchange, Spool]:
    spool = Spool()
    for piece in pieces:
        spool.write(piece)
    ref = spool.body()
    assert isinstance(ref, BodyRef)
    exchange = replace(sample(1), server=None)
    request = Request(b"PUT", b"/", ((b"Content-Type", content_type),), ref)
    return replace(exchange, client=replace(exchange.client, request=request)), spool


STREAM = b"".join(b'data: {"n": %d, "text": "some words"}\n\n' % n for n in range(20_000))


@pytest.mark.parametrize("at", [64 * 1024 - 20, 64 * 1024, 256 * 1024 - 8, 256 * 1024 + 3, 700_000])
def test_a_secret_across_the_borders_of_pieces_is_sealed_and_comes_back(at: int, tmp_path: Path) -> None:
    data = STREAM[:at] + b'"token": "' + CANARY * 3 + b'"\n' + STREAM[at:]
    exchange, spool = spooled(b"text/event-stream", [data[start : start + 777] for start in range(0, len(data), 777)])
    place = str(tmp_path / "fc.db")
    write_all(place, [exchange], [spool], seal="on")
    spool.close()
    recording = open_for_reading(place)
    (stored,) = Reader(recording).exchanges()
    assert stored.client.request
    kept = stored.client.request.body
    assert isinstance(kept, BodyRef)
    shown = b"".join(Reader(recording).body_pieces(kept))
    assert len(shown) == len(data)
    assert not leaks(shown)
    assert shown[:at] == data[:at]
    unsealer = Unsealer(recording)
    original = unsealer.unseal(stored)
    assert original == exchange
    assert original.client.request
    assert isinstance(original.client.request.body, BodyRef)
    assert b"".join(unsealer.body_pieces(original.client.request.body)) == data
    recording.close()


def test_a_large_body_that_cannot_be_looked_into_is_sealed_whole(tmp_path: Path) -> None:
    data = b"\0" + CANARY * 30_000
    exchange, spool = spooled(b"application/octet-stream", [data])
    place = str(tmp_path / "fc.db")
    write_all(place, [exchange], [spool], seal="on")
    spool.close()
    recording = open_for_reading(place)
    (stored,) = Reader(recording).exchanges()
    assert stored.client.request
    kept = stored.client.request.body
    assert isinstance(kept, BodyRef)
    shown = b"".join(Reader(recording).body_pieces(kept))
    assert len(shown) == len(data)
    assert CANARY not in shown
    unsealer = Unsealer(recording)
    original = unsealer.unseal(stored).client.request
    assert original
    assert isinstance(original.body, BodyRef)
    assert b"".join(unsealer.body_pieces(original.body)) == data
    recording.close()


def test_no_file_beside_the_key_holds_the_secret(tmp_path: Path) -> None:
    exchange = replace(echoed(CANARY), id=1)
    write_all(str(tmp_path / "fc.db"), [exchange, replace(request_header(b"Cookie", b"s=" + JWT), id=2)], seal="on")
    key = tmp_path / "fc.db.key"
    assert key.stat().st_mode & 0o777 == 0o600
    for path in tmp_path.iterdir():
        assert not leaks(path.read_bytes())


def test_discarded_secrets_are_nowhere(tmp_path: Path) -> None:
    place = str(tmp_path / "fc.db")
    write_all(place, [PLACEMENTS["json-password"](), replace(PLACEMENTS["cookie-one"](), id=2)], seal="discard")
    recording = open_for_reading(place)
    assert not leaks(b"".join(all_bytes(each) for each in Reader(recording).exchanges()))
    assert list(Unsealer(recording).values()) == []
    recording.close()


HARD = {
    "backslashes": b"\\" * 60_000 + b'" key',
    "escapes": b'{"' + b"\\a" * 30_000,
    "parts-without-end": b'name="x"\r\nq\r\n' * 5000,
    "secret-parts-without-end": b'name="token"\r\n\r\n' * 5000,
    "nested-secrets": b'{"auth":' * 8000,
    "lists-of-secrets": b'{"auth":[' * 8000,
    "keys-that-begin": b"-----BEGIN PRIVATE KEY-----" * 2500,
    "upper-case": b"-----BEGIN " + b"A " * 30_000,
    "tokens-that-begin": b"eyJ-" * 18_000,
    "tokens-with-dots": b"eyJaaaa." * 9_000,
    "addresses": b"://a:" * 14_000,
    "digits": b"4" * 70_000,
    "digits-with-spaces": b"4 " * 35_000,
    "pairs": b"token=" * 12_000,
    "elements": b"<token>" * 10_000,
    "dashes": b"- " * 35_000 + b"token: x",
    "quotes": b'"' * 70_000 + b"token",
}


@pytest.mark.parametrize("text", HARD.values(), ids=HARD)
def test_hostile_texts_are_scanned_in_time(text: bytes) -> None:
    """Each took seconds to hours with patterns that go back and forth; this test then does not end."""
    sealed = seal(body(b"text/plain", text), KEY).exchange
    assert sealed.client.request
    assert isinstance(sealed.client.request.body, bytes)
    assert len(sealed.client.request.body) == len(text)


WAYS = [
    pytest.param(b"gzip", lambda data: gzip.compress(data, mtime=0), id="gzip"),
    pytest.param(b"", lambda data: gzip.compress(data, mtime=0), id="gzip-undeclared"),
    pytest.param(b"gzip", lambda data: gzip.compress(data[:9]) + gzip.compress(data[9:]), id="gzip-members"),
    pytest.param(b"deflate", zlib.compress, id="deflate"),
    pytest.param(b"br", brotli.compress, id="br"),
    pytest.param(b"zstd", zstandard.compress, id="zstd"),
    pytest.param(b"zstd", lambda data: zstandard.compress(data[:9]) + zstandard.compress(data[9:]), id="zstd-frames"),
]
PAGE = b'{"user": "alice", "password": "' + CANARY + b'", "city": "Hangzhou"}'


def copies(exchange: Exchange) -> dict[int, bytes]:
    """The decoded copies that an exchange holds itself."""
    return {place: body for place, body in exchange.readable if isinstance(body, bytes)}


@pytest.mark.parametrize(("coding", "compress"), WAYS)
def test_a_compressed_body_with_a_secret_can_still_be_read(
    coding: bytes, compress: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    exchange = answer(JSON, compress(PAGE), coding)
    write_all(str(tmp_path / "fc.db"), [exchange], seal="on")
    recording = open_for_reading(str(tmp_path / "fc.db"))
    (stored,) = Reader(recording).exchanges()
    told = readable_body(stored, stored.client.response)
    assert isinstance(told, bytes)
    assert len(told) == len(PAGE)
    assert told.startswith(b'{"user": "alice", "password": "*')
    assert told.endswith(b'", "city": "Hangzhou"}')
    assert readable_body(stored, stored.client.request) is None
    assert not leaks(all_bytes(stored))
    assert Unsealer(recording).unseal(stored) == exchange
    recording.close()


def test_a_large_copy_is_kept_apart_and_goes_with_its_exchange(tmp_path: Path) -> None:
    page = b'{"password": "' + CANARY + b'", "pad": "' + b"x y " * 200_000 + b'"}'
    exchange = answer(JSON, gzip.compress(page, mtime=0), b"gzip")
    write_all(str(tmp_path / "fc.db"), [exchange], seal="on")
    recording = open_for_reading(str(tmp_path / "fc.db"))
    (stored,) = Reader(recording).exchanges()
    told = readable_body(stored, stored.client.response)
    assert isinstance(told, BodyRef)
    text = b"".join(Reader(recording).body_pieces(told))
    assert text.endswith(page[-1000:])
    assert CANARY not in text
    assert len(text) == len(page)
    recording.close()
    rewritten = open_for_writing(str(tmp_path / "fc.db"))
    assert prune(rewritten, Keep(exchanges=0)).exchanges == 1
    with rewritten.engine.connect() as connection:
        assert connection.execute(text_of("SELECT count(*) FROM body")).scalar() == 0
    rewritten.close()


def test_a_secret_of_a_compressed_body_is_looked_for_everywhere() -> None:
    exchange = answer(JSON, gzip.compress(PAGE, mtime=0), b"gzip")
    assert exchange.client.response
    echo = replace(exchange.client.response, headers=(*exchange.client.response.headers, (b"X-Echo", CANARY)))
    sealed = seal(replace(exchange, client=View(exchange.client.request, echo)), KEY)
    assert not leaks(all_bytes(sealed.exchange))


@pytest.mark.parametrize(
    ("content_type", "data"),
    [
        pytest.param(b"application/octet-stream", b"\0\1password=" + CANARY, id="binary-inside"),
        pytest.param(JSON, b'{"password": "' + CANARY + b'", "pad": "' + b"x" * COPY_LIMIT + b'"}', id="too-large"),
    ],
)
def test_what_cannot_be_read_or_kept_has_no_copy(content_type: bytes, data: bytes) -> None:
    sealed = seal(answer(content_type, gzip.compress(data), b"gzip"), KEY)
    assert sealed.count == 1
    assert sealed.exchange.readable == ()


def test_many_small_gzip_members_are_not_looked_into() -> None:
    data = gzip.compress(b"") * 65 + gzip.compress(b"hello")
    sealed = seal(answer(JSON, data, b"gzip"), KEY)
    assert sealed.count == 1
    assert sealed.exchange.readable == ()


def test_discarded_values_leave_the_copy(tmp_path: Path) -> None:
    write_all(str(tmp_path / "fc.db"), [answer(JSON, gzip.compress(PAGE), b"gzip")], seal="discard")
    recording = open_for_reading(str(tmp_path / "fc.db"))
    (stored,) = Reader(recording).exchanges()
    assert set(copies(stored)) == {1}
    assert Unsealer(recording).unseal(stored) == stored
    recording.close()


def test_the_length_of_a_sealed_value_is_noted_unless_its_pseudonym_is_as_long() -> None:
    (tag,) = seal(target(b"/?token=abc"), KEY).secrets
    assert seal(target(b"/?token=abc"), KEY).exchange.sealed_lengths == ((tag, 3),)
    assert seal(target(b"/?token=" + b"x" * len(tag)), KEY).exchange.sealed_lengths == ()


def test_a_pseudonym_that_is_sealed_again_keeps_the_length_of_its_value() -> None:
    again = seal(seal(target(b"/?token=abc"), KEY).exchange, Key(b"q" * 32))
    (tag,) = again.secrets
    assert again.exchange.sealed_lengths == ((tag, 3),)
