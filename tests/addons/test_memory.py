from __future__ import annotations

from typing import TYPE_CHECKING

from addons import memory
from addons.errand import Known
from gateway.messages import Request
from gateway.rules.samples import API

if TYPE_CHECKING:
    import pytest

CALL = Known(Request(b"POST", b"/", ((b"A", b"b"),), b"12345"), API.facts)


def test_a_call_is_given_back_once() -> None:
    kept = memory.Memory()
    kept.keep(1, CALL)
    assert (kept.take(1), kept.take(1)) == (CALL, None)


def test_there_is_room_for_so_much_unless_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "ROOM", 20)
    kept = memory.Memory()
    for ident in range(4):
        kept.keep(ident, CALL)
    assert [kept.take(ident) is not None for ident in range(4)] == [True, True, False, False]
    kept.keep(5, CALL)
    assert kept.take(5) == CALL
    kept.needed = True
    for ident in range(9):
        kept.keep(ident, CALL)
    assert all(kept.take(ident) == CALL for ident in range(9))
