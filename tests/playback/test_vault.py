"""What was sealed is sent as it was, and never shown in the clear."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from gateway.config import Config
from playback.check import check
from playback.findings import Kind, Rank
from playback.given import BadSecret, parse_secrets
from playback.report import Report, finding_line
from playback.send import Plan, Sent, send
from playback.target import Target
from playback.vault import Keyed, Keyless, Unsealed, Vault, open_vault
from playback.verdict import Verdict
from store.keys import key_path
from store.reader import Reader
from store.recording import open_for_reading
from store.secret_shapes import TAG
from tests.playback.recorded import get, keep, ok, post, record
from tests.playback.servers import answer, serving

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from gateway.messages import Request

TOKEN, SESSION, OTHER = b"canaryTOKENcanary123", b"canarySESSIONcanary", b"canaryOTHERcanary99"
BODY = b'{"password": "' + TOKEN + b'", "name": "x"}'


def calls() -> list[tuple[Request, object]]:
    request = post(b"/login?token=" + TOKEN, BODY, (b"Authorization", b"Bearer " + TOKEN))
    return [(request, lambda _: ok(BODY, (b"Set-Cookie", b"sid=" + SESSION), (b"Content-Type", b"application/json")))]


@pytest.fixture
def place(tmp_path: Path) -> str:
    return keep(str(tmp_path / "fc.db"), record(calls()))  # type: ignore[arg-type]


@contextmanager
def vault_of(place: str, given: Mapping[bytes, bytes] | None = None) -> Iterator[tuple[Reader, Vault]]:
    recording = open_for_reading(place)
    reader = Reader(recording)
    yield reader, open_vault(recording, reader, given or {})
    recording.close()


def forget_key(place: str) -> None:
    recording = open_for_reading(place)
    key_path(recording).unlink()
    recording.close()


def sent_to(port: int, place: str, given: Mapping[bytes, bytes] | None = None) -> Sent:
    with vault_of(place, given) as (reader, vault):
        return asyncio.run(send(reader.exchanges(), Target("127.0.0.1", port, ""), vault, Plan()))


def told(sent: Sent) -> str:
    report = Report("send", "fc.db", "", Rank.MEDIUM, sent.outcomes).plain()
    lines = [finding_line(finding) for outcome in sent.outcomes for finding in outcome.findings]
    return "\n".join([str(report), *lines])


def same(_: bytes) -> bytes:
    return answer(BODY, b"Set-Cookie: sid=" + SESSION, b"Content-Type: application/json")


def other(_: bytes) -> bytes:
    return answer(BODY.replace(TOKEN, OTHER), b"Set-Cookie: sid=" + OTHER, b"Content-Type: application/json")


def test_the_recording_itself_holds_no_secret(place: str) -> None:
    with vault_of(place) as (reader, _):
        assert b"canary" not in repr(list(reader.exchanges())).encode()


def test_what_is_sent_is_what_was_sent(place: str) -> None:
    with serving(same) as server:
        sent = sent_to(server.port, place)
    assert server.got[0].startswith(b"POST /login?token=" + TOKEN + b" HTTP/1.1\r\n")
    assert b"\r\nAuthorization: Bearer " + TOKEN + b"\r\n" in server.got[0]
    assert server.got[0].endswith(b"\r\n\r\n" + BODY)
    assert [outcome.verdict for outcome in sent.outcomes] == [Verdict.SAME]


def test_a_report_tells_differing_secrets_by_pseudonyms(place: str) -> None:
    with serving(other) as server:
        sent = sent_to(server.port, place)
    (outcome,) = sent.outcomes
    assert {finding.path for finding in outcome.findings} == {"headers.set-cookie.sid", "body.password"}
    for finding in outcome.findings:
        assert finding.kind is Kind.VALUE
        assert finding.recorded != finding.now
    assert "canary" not in told(sent)


def test_check_of_a_sealed_recording_is_the_same(place: str) -> None:
    with vault_of(place) as (reader, vault):
        for exchange in reader.exchanges():
            assert check(exchange, Config(), vault).findings == ()


def test_a_recording_without_sealing_has_nothing_to_open(tmp_path: Path) -> None:
    place = keep(str(tmp_path / "fc.db"), record(calls()), seal="off")  # type: ignore[arg-type]
    with vault_of(place) as (reader, vault):
        (exchange,) = reader.exchanges()
        assert isinstance(vault, Unsealed)
        assert vault.opened(exchange) is vault.hidden(exchange) is exchange
        assert not vault.may_lack
        assert exchange.client.request is not None
        assert vault.missing(exchange.client.request) == []


def names(place: str) -> list[str]:
    with vault_of(place) as (reader, vault):
        (exchange,) = reader.exchanges()
        assert exchange.server is not None
        assert exchange.server.request is not None
        return vault.missing(exchange.server.request)


def test_without_the_key_the_missing_values_are_named_once(place: str) -> None:
    forget_key(place)
    with vault_of(place) as (_, vault):
        assert isinstance(vault, Keyless)
        assert vault.may_lack
        assert vault.blind
    (name,) = names(place)
    assert TAG.fullmatch(name.encode())


def test_given_values_stand_in_for_a_missing_key(place: str) -> None:
    forget_key(place)
    (name,) = names(place)
    with serving(other) as server:
        sent = sent_to(server.port, place, {name.encode(): TOKEN})
    assert b"\r\nAuthorization: Bearer " + TOKEN + b"\r\n" in server.got[0]
    head, _, body = server.got[0].partition(b"\r\n\r\n")
    assert b"\r\nContent-Length: %d" % len(body) in head
    assert {finding.path: finding.kind for finding in sent.outcomes[0].findings}[
        "headers.set-cookie.sid"
    ] is Kind.VOLATILE
    assert "canary" not in told(sent)


def test_discarded_values_are_missing_even_with_the_key(tmp_path: Path) -> None:
    place = keep(str(tmp_path / "fc.db"), record(calls()), seal="discard")  # type: ignore[arg-type]
    (name,) = names(place)
    with vault_of(place, {name.encode(): TOKEN}) as (reader, vault):
        assert isinstance(vault, Keyed)
        (exchange,) = reader.exchanges()
        opened = vault.opened(exchange)
        assert opened.client.request is not None
        assert (b"Authorization", b"Bearer " + TOKEN) in opened.client.request.headers
        assert vault.missing(exchange.client.request or get()) == []


NAME = "secret:0123456789ab"


def test_values_come_from_the_environment_or_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FC_TOKEN", "of the environment")
    (tmp_path / "token").write_bytes(b"of a file\n")
    assert parse_secrets([f"{NAME}=env:FC_TOKEN"]) == {NAME.encode(): b"of the environment"}
    assert parse_secrets([f"{NAME}=file:{tmp_path / 'token'}"]) == {NAME.encode(): b"of a file"}


@pytest.mark.parametrize(
    ("text", "told_"),
    [
        pytest.param(f"{NAME}=plain", "env:VAR or NAME=file:PATH", id="a value in the command"),
        pytest.param("token=env:HOME", "NAME as in", id="no pseudonym"),
        pytest.param(f"{NAME}=env:FC_NOT_THERE", "has no FC_NOT_THERE", id="no such variable"),
        pytest.param(f"{NAME}=file:/nope/nope", "cannot read /nope/nope", id="no such file"),
    ],
)
def test_what_is_no_secret_is_refused(text: str, told_: str) -> None:
    with pytest.raises(BadSecret, match=told_):
        parse_secrets([text])
