"""A quick value is the dataclass it was, in everything but its cost."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from gateway.quick import quick


@dataclass(frozen=True, slots=True)
class Plain:
    a: int
    b: bytes = b"x"
    c: tuple[int, ...] = ()


@quick
@dataclass(frozen=True, slots=True)
class Quick:
    a: int
    b: bytes = b"x"
    c: tuple[int, ...] = ()


def test_it_is_made_equal_copied_and_shown_as_before() -> None:
    value = Quick(1, c=(2,))
    assert value == Quick(1, b"x", (2,)) == replace(Quick(7), a=1, c=(2,))
    assert hash(value) == hash(Plain(1, c=(2,)))
    assert repr(value) == repr(Plain(1, c=(2,))).replace("Plain", "Quick")
    assert Quick.__init__.__qualname__ == Plain.__init__.__qualname__.replace("Plain", "Quick")


def test_it_cannot_be_changed() -> None:
    value = Quick(1)
    with pytest.raises(FrozenInstanceError):
        value.a = 2  # type: ignore[misc] # the very point
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'a'"):
        Quick()  # type: ignore[call-arg] # the very point
    with pytest.raises(TypeError, match="unexpected keyword argument 'd'"):
        Quick(1, d=2)  # type: ignore[call-arg] # the very point


def test_what_it_cannot_make_it_refuses() -> None:
    @dataclass(frozen=True, slots=True)
    class Made:
        a: list[int] = field(default_factory=list)

    with pytest.raises(TypeError, match="the field a is not plain"):
        quick(Made)
