"""Recordings and a shell for the verbs."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gateway.messages import BodyRef
from tests.playback.recorded import get, keep, ok, post, record
from tests.verbs.cli import (
    SECRET,
    Shell,
    calls,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def recording(tmp_path: Path) -> str:
    return keep(str(tmp_path / "fc.db"), calls())


@pytest.fixture
def sealed(tmp_path: Path) -> str:
    body = b'{"password": "' + SECRET + b'", "pad": "' + b"x" * 400_000 + b'"}'
    login = post(b"/login?token=" + SECRET, body, (b"Authorization", b"Bearer " + SECRET))
    large = BodyRef(hashlib.sha256(body).digest(), len(body))
    calls = record([(replace(login, body=large), lambda _: ok(b"hello")), (get(b"/hello"), lambda _: ok(b"hello"))])
    return keep(str(tmp_path / "fc.db"), calls, bodies=[body])


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str]) -> Shell:
    return Shell(capsys)
