"""Plain values become settings of the right type, subclasses that YAML readers use among them."""

from __future__ import annotations

from gateway.config import Function, Launch, Trigger
from gateway.shape import Problem, build, nearest, unknown_keys


class Text(str):
    __slots__ = ()


class Number(int):
    __slots__ = ()


def test_subclasses_become_plain_values() -> None:
    problems: list[Problem] = []
    function = build(Function, {"name": Text("a"), "memory_mb": Number(5), "timeout_s": 1.5}, (), problems)
    assert problems == []
    assert function == Function("a", memory_mb=5, timeout_s=1.5)
    assert [type(one) for one in (function.name, function.memory_mb, function.timeout_s)] == [str, int, float]


def test_a_number_may_stand_for_a_text_but_not_a_flag() -> None:
    problems: list[Problem] = []
    assert build(Trigger, {"qualifier": 1}, (), problems) == Trigger(qualifier="1")
    build(Trigger, {"qualifier": True}, ("t",), problems)
    assert problems == [Problem(("t", "qualifier"), "a text is expected here, not True")]


def test_the_nearest_word_or_all_of_them() -> None:
    assert nearest("tiemout", ["timeout", "port"]) == "; did you mean timeout?"
    assert nearest("x", ["timeout", "port"]) == "; known are timeout, port"
    assert unknown_keys({1: 2, "a": 3}, ["a"], ("p",)) == [Problem(("p", "1"), "unknown key; known are a")]


def test_pairs_are_written_as_a_mapping() -> None:
    problems: list[Problem] = []
    found = build(Launch, {"environment": {"A": "x", "B": 1, "C": False, "D": 1.5}}, (), problems)
    assert problems == []
    assert found.environment == (("A", "x"), ("B", "1"), ("C", "false"), ("D", "1.5"))
    build(Launch, {"environment": {"A": ["x"]}}, (), problems)
    build(Launch, {"environment": ["A=x"]}, (), problems)
    assert problems == [
        Problem(("environment", "A"), "a text is expected here, not a list"),
        Problem(("environment",), "a mapping of names to texts is expected here, not a list"),
    ]
