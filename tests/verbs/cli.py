"""What the tests of the verbs share: a shell, recordings, and what to ask every verb."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from replay import replay
from tests.playback.recorded import get, keep, ok, post, record
from tests.playback.servers import answer
from verbs.shell import exit_code_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from gateway.exchange import Exchange

ROOT = Path(__file__).resolve().parent.parent.parent
INVOKE = b"/2023-03-30/functions/web/invocations"
HOSTILE = b"/\x1b]52;c;aGk=\x07\xe2\x80\xae"


def calls() -> list[Exchange]:
    return record(
        [
            (get(b"/hello", (b"X-Fc-A", b"1")), lambda _: ok(b"hello")),
            (post(INVOKE, b"{}"), lambda _: ok(b"hello", status=404)),
            (get(b"/" + b"x" * 5000), lambda _: ok()),
            (get(HOSTILE), lambda _: ok(b"hello", (b"X-Evil", b"\x9b31m"))),
        ]
    )


class Shell:
    """Runs the command line in this process; `out` and `err` are what it printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.out = self.err = ""

    def __call__(self, *args: str | Path) -> int:
        code = exit_code_of(replay, [str(arg) for arg in args])
        self.out, self.err = self._capsys.readouterr()
        return code


SECRET = b"canarySECRETcanary"


READING = ("list", "show", "check", "send", "serve", "audit")


def reading(verb: str, recording: str | Path, tmp_path: Path) -> list[str | Path]:
    more: dict[str, list[str | Path]] = {"show": ["1"], "audit": ["-o", tmp_path / "x.html"]}
    return [verb, recording, *more.get(verb, [])]


def drifted(tmp_path: Path) -> str:
    changed = [replace(one, error_code="Other") if one.id == 3 else one for one in calls()]
    return keep(str(tmp_path / "drift.db"), changed)


def minted() -> Callable[[bytes], bytes]:
    """A server that answers with another number each time."""
    counter = iter(range(1000, 9999))
    return lambda _: answer(b'{"id": %d, "name": "x"}' % next(counter), b"Content-Type: application/json")


def all_members(bundle: Path) -> bytes:
    with zipfile.ZipFile(bundle) as opened:
        return b"\n".join(opened.read(name) for name in opened.namelist() if name != "README.txt")
