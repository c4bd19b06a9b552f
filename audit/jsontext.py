r"""JSON laid out for reading without changing a value: numbers, repeated keys and order stay as sent.

`\u4e2d` becomes the character it stands for; nothing else is touched. Must not know: HTML. Read next: bodies.py.
"""

from __future__ import annotations

import json
import re

_DEPTH_LIMIT = 64
_WORD = re.compile(r'\s*("(?:[^"\\]|\\.)*"|[][{},:]|[^][{},:\s"]+)', re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_OPEN = {"{": "}", "[": "]"}


def pretty(text: str) -> str | None:
    """The text with a line per member, or None when it is no JSON, or nested deeper than a reader follows."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return None
    return _lay_out([match.group(1) for match in _WORD.finditer(text)])


def _lay_out(words: list[str]) -> str | None:
    out: list[str] = []
    depth = 0
    for index, word in enumerate(words):
        if word in _OPEN:
            empty = words[index + 1] == _OPEN[word]
            depth += 1
            out.append(word if empty else word + _break(depth))
        elif word in ("}", "]"):
            depth -= 1
            out.append(word if words[index - 1] in _OPEN else _break(depth) + word)
        elif word == ",":
            out.append("," + _break(depth))
        else:
            out.append(": " if word == ":" else _scalar(word))
        if depth > _DEPTH_LIMIT:
            return None
    return "".join(out)


def _break(depth: int) -> str:
    return "\n" + "  " * depth


def _scalar(word: str) -> str:
    """A string with its characters readable; numbers and literals exactly as they stand."""
    if not word.startswith('"'):
        return word
    value = json.loads(word, strict=False)
    return word if _SURROGATE.search(value) else json.dumps(value, ensure_ascii=False)


def unescaped(text: str) -> str:
    r"""Text with every `\u4e2d` as the character it stands for; half a surrogate pair stays as it is."""
    return _ESCAPE.sub(_character, text)


def _character(found: re.Match[str]) -> str:
    char = chr(int(found[1], 16))
    return found.group() if _SURROGATE.match(char) else char


def same_values(one: bytes, two: bytes) -> bool:
    """Whether two bodies are JSON with equal values (white space and key order aside)."""
    try:
        return bool(json.loads(one) == json.loads(two))
    except (ValueError, RecursionError):
        return False
