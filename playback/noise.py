"""Noise rules: differences that a person has accepted as saying nothing, each by place and by shape.

A rule forgives a value, never a status, never presence, never another type; and only while both sides have the
rule's shape. Must not know: files, how rules are learnt. Read next: noise_file.py, learn.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from playback.shapes import fits
from playback.values import leaf_text, member_path

if TYPE_CHECKING:
    from collections.abc import Iterable

    from playback.values import Plain

UNORDERED = "unordered"
"""In the place of a shape: the elements of this list come in any order."""

_INDEX = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class NoiseRule:
    """One accepted noise.

    `path`: the place with array indexes as `[]`, such as `body.items[].id`. `shape`: a name of shapes.SHAPES, or
    `unordered`. `before` and `after`: what stands around the shape in the value. `method` and `route` (a glob
    over the path without its query) say for which calls.
    """

    id: str
    path: str
    shape: str
    method: str = "*"
    route: str = "*"
    before: str = ""
    after: str = ""

    def is_for(self, method: str, target: str) -> bool:
        """Whether the rule speaks about calls like this one."""
        route = target.partition("?")[0]
        return fnmatchcase(method, self.method) and fnmatchcase(route, self.route)

    def fits(self, text: str) -> bool:
        """Whether a value has the rule's shape."""
        framed = text.startswith(self.before) and text.endswith(self.after)
        if not framed or len(text) < len(self.before) + len(self.after):
            return False
        return fits(self.shape, text[len(self.before) : len(text) - len(self.after)])


class Noise:
    """The noise rules that speak about one call."""

    def __init__(self, rules: Iterable[NoiseRule] = ()) -> None:
        self._shapes: dict[str, list[NoiseRule]] = {}
        self._unordered: dict[str, NoiseRule] = {}
        for rule in rules:
            if rule.shape == UNORDERED:
                self._unordered.setdefault(rule.path, rule)
            else:
                self._shapes.setdefault(rule.path, []).append(rule)

    def claim(self, path: str, recorded: str, now: str) -> str:
        """The rule that forgives this difference of values, "" when none does."""
        rules = self._shapes.get(normal_path(path), ()) if self._shapes else ()
        return next((rule.id for rule in rules if rule.fits(recorded) and rule.fits(now)), "")

    def unordered(self, path: str) -> str:
        """The rule that lets the list at this place come in any order, "" when none does."""
        rule = self._unordered.get(normal_path(path)) if self._unordered else None
        return rule.id if rule else ""

    def masked(self, path: str, value: Plain) -> Plain:
        """The value with everything that a rule forgives replaced by the rule's name, to find what belongs together."""
        if not self._shapes:
            return value
        return self._masked(normal_path(path), value)

    def _masked(self, path: str, value: Plain) -> Plain:
        if isinstance(value, dict):
            return {key: self._masked(member_path(path, key), item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._masked(f"{path}[]", item) for item in value]
        text = leaf_text(value)
        if text is None:
            return value
        return next((f"\0{rule.id}" for rule in self._shapes.get(path, ()) if rule.fits(text)), value)


NO_NOISE = Noise()


def for_call(rules: Iterable[NoiseRule], method: bytes, target: bytes) -> Noise:
    """The rules that speak about this call."""
    words = method.decode("latin-1"), target.decode("utf-8", "backslashreplace")
    return Noise(rule for rule in rules if rule.is_for(*words))


def normal_path(path: str) -> str:
    """The path with every array index as `[]`."""
    return _INDEX.sub("[]", path)
