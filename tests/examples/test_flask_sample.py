"""The product page's sample stays as the page has it, and works."""

from __future__ import annotations

import hashlib
import importlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

SAMPLE = Path(__file__).resolve().parents[2] / "examples" / "flask_sample.py"
DIGEST = "d7190fb0066669bf4239addb521f03ebc39a7aeff117c9b913301b902775069b"


def test_the_sample_is_verbatim() -> None:
    """Its digest when it was taken from the page: nobody tidies it by accident."""
    assert hashlib.sha256(SAMPLE.read_bytes()).hexdigest() == DIGEST


def test_it_answers_every_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FC_FUNCTION_NAME", "web")
    client = importlib.import_module("examples.flask_sample").app.test_client()
    answer = client.put("/a/b", data=b"x")
    assert (answer.status_code, answer.data) == (200, b"Hello, World!")
    assert answer.headers["Function-Name"] == "web"
