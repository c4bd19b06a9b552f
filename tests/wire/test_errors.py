"""The errors' texts are for people."""

from __future__ import annotations

import inspect

import pytest

from wire import errors
from wire.errors import ClosedEarly, Malformed, MalformedAnswer, NotListening, TooLarge, WireError

SAMPLES = [
    pytest.param(NotListening(("127.0.0.1", 9), "Connection refused"), "127.0.0.1:9: Connection refused", id="address"),
    pytest.param(ClosedEarly("cut", received=3, reused=True), "cut", id="closed"),
    pytest.param(MalformedAnswer("no status line", b"SSH"), "no status line", id="answer"),
    pytest.param(Malformed("two Hosts"), "two Hosts", id="malformed"),
    pytest.param(TooLarge("more than 3", b"abc"), "more than 3", id="large"),
]


@pytest.mark.parametrize(("error", "text"), SAMPLES)
def test_the_text_is_the_reason(error: WireError, text: str) -> None:
    assert text in str(error)
    assert str(error) == error.text


def test_every_error_has_the_one_base() -> None:
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if kind.__module__ == errors.__name__]
    assert len(kinds) > 5
    assert all(issubclass(kind, WireError) for kind in kinds)
