"""What leaves this desk carries new pseudonyms, its large bodies, and no secret."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gateway.messages import BodyRef, Request, Response
from playback.exported import Export, subject_of
from playback.imported import NOISE, SEALED_ELSEWHERE
from playback.vault import Keyless, open_vault
from store.reader import Reader
from store.recording import open_for_reading
from store.secret_shapes import TAG
from tests.playback.recorded import get, keep, ok, post, record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.exchange import Exchange

SECRET = b"canarySECRETcanarySECRET"
LARGE = b'{"password": "' + SECRET + b'", "pad": "' + b"x" * 400_000 + b'"}'


def login() -> Request:
    request = post(b"/login?token=" + SECRET, LARGE, (b"Authorization", b"Bearer " + SECRET))
    return replace(request, body=BodyRef(hashlib.sha256(LARGE).digest(), len(LARGE)))


def answer(_: Request) -> Response:
    return ok(b"hello", (b"Set-Cookie", b"sid=" + SECRET))


@pytest.fixture(params=["on", "off"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return keep(str(tmp_path / "fc.db"), record([(login(), answer)]), bodies=[LARGE], seal=request.param)


@contextmanager
def exported(place: str, subject: bytes = b"", *, with_secrets: bool = False) -> Iterator[tuple[Exchange, Export]]:
    recording = open_for_reading(place)
    reader = Reader(recording)
    folder = Path(place).parent
    export = Export(open_vault(recording, reader, {}), subject, folder, with_secrets=with_secrets)
    (exchange,) = export.exchanges(reader.exchanges())
    yield exchange, export
    export.close()
    recording.close()


def everything(exchange: Exchange, export: Export) -> bytes:
    return repr(exchange).encode() + b"".join(b"".join(pieces()) for pieces in export.bodies().values())


def test_no_secret_leaves(place: str) -> None:
    with exported(place) as (exchange, export):
        assert export.sealed
        assert SECRET not in everything(exchange, export)
        assert TAG.search(everything(exchange, export))
        assert not export.leaks(exchange)


def test_large_bodies_leave_with_the_exchange_that_names_them(place: str) -> None:
    with exported(place) as (exchange, export):
        assert exchange.client.request is not None
        body = exchange.client.request.body
        assert isinstance(body, BodyRef)
        whole = b"".join(export.bodies()[body.digest]())
        assert (len(whole), hashlib.sha256(whole).digest()) == (len(LARGE), body.digest)


def test_secrets_leave_when_asked(place: str) -> None:
    with exported(place, with_secrets=True) as (exchange, export):
        assert not export.sealed
        assert everything(exchange, export).count(SECRET) > 2
        assert not export.leaks(exchange)


def test_another_subject_has_other_pseudonyms(place: str) -> None:
    found = []
    for subject in (b"one", b"two"):
        with exported(place, subject) as (exchange, export):
            found.append(set(TAG.findall(everything(exchange, export))))
    assert found[0]
    assert not found[0] & found[1]


def test_the_same_subject_has_the_same_bytes_under_a_key(tmp_path: Path) -> None:
    place = keep(str(tmp_path / "fc.db"), record([(login(), answer)]), bodies=[LARGE])
    found = []
    for _ in range(2):
        with exported(place, b"one") as (exchange, export):
            found.append(everything(exchange, export))
    assert found[0] == found[1]


def test_a_subject_is_a_name_and_its_exchanges() -> None:
    assert subject_of("a", [1, 2]) == subject_of("a", [1, 2])
    assert len({subject_of("a", [1, 2]), subject_of("b", [1, 2]), subject_of("a", [1])}) == 3


@pytest.mark.parametrize("elsewhere", [True, False])
def test_an_imported_recording_says_whose_pseudonyms_it_holds(tmp_path: Path, elsewhere: bool) -> None:
    place = keep(
        str(tmp_path / "fc.db"),
        record([(get(b"/"), answer)]),
        seal="off",
        details={SEALED_ELSEWHERE: elsewhere, NOISE: ""},
    )
    recording = open_for_reading(place)
    reader = Reader(recording)
    assert isinstance(open_vault(recording, reader, {}), Keyless) is elsewhere
    recording.close()
