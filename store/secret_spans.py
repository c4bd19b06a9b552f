"""Where the secrets lie in a text: by the names of fields (JSON, form, multipart), and by their look.

Only finds; nothing is replaced here. Must not know: keys, messages. Read next: sealing.py.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from store import secret_names
from store.secret_shapes import shapes

if TYPE_CHECKING:
    from collections.abc import Iterator

type Span = tuple[int, int]
"""Start and end of a secret value in some bytes."""

# Every pattern is bounded or starts only where the one before cannot: bodies are written by attackers.
# A quote may carry backslashes: JSON inside a JSON string.
_NAME = re.compile(rb'(?<!\\)(\\{0,7})"((?:[^"\\]|\\[^"]){1,80}?)\1"\s{0,20}:\s{0,20}')
_STRING = re.compile(rb'"((?:[^"\\]|\\[\s\S])*)"')
_TOKEN = re.compile(rb'"(?:[^"\\]|\\[\s\S])*"|[{}\[\]]')
_SCALAR = re.compile(rb"-?[0-9][0-9.eE+-]*")
_PAIR = re.compile(rb"(?:^|(?<=[&?;\s]))([^=&?;\s\"'<>{}]{1,80})=([^&;\s\"'<>]*)")
_PART = re.compile(rb'\bname="([^"\r\n]{1,80})"[^\r\n]{0,500}\r\n(?:[^\r\n]{1,500}\r\n){0,8}\r\n')
_LINE = re.compile(rb"(?m)^[ \t>*-]*([A-Za-z][A-Za-z0-9_.-]{1,60})[ \t]*:[ \t]+([^\s\"'{\[][^\r\n]*)")
_ELEMENT = re.compile(rb"<([A-Za-z_][\w.:-]{0,60})(?:\s[^<>]*)?>([^<>]+)</\1>")

_NESTED = 64 * 1024
_QUOTE = 0x22
_REMEMBERED = 16 * 1024


def spans(data: bytes) -> list[Span]:
    """Every secret in a text, in order and without overlaps. Small texts repeat: their answers are remembered."""
    return list(_remembered(data)) if len(data) <= _REMEMBERED else _scanned(data)


@lru_cache(maxsize=512)
def _remembered(data: bytes) -> tuple[Span, ...]:
    return tuple(_scanned(data))


def _scanned(data: bytes) -> list[Span]:
    found = list(shapes(data))
    lowered = data.lower()
    if any(stem in lowered for stem in secret_names.STEMS) or b"\\u" in data or b"%" in data:
        found += _json(data)
        found += _pairs(data)
        found += _parts(data)
        found += _named(_LINE, data)
        found += _named(_ELEMENT, data)
    return merged(found)


def query_spans(target: bytes) -> list[Span]:
    """Every secret in a request target, or in any text of `name=value` pairs."""
    return merged([*shapes(target), *_pairs(target)])


def merged(found: list[Span]) -> list[Span]:
    """The spans in order; those that overlap become one."""
    joined: list[Span] = []
    for start, end in sorted(found):
        if start == end:
            continue
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _pairs(data: bytes) -> Iterator[Span]:
    pairs = [(found.group(1), found.span(2)) for found in _PAIR.finditer(data)]
    oauth = any(secret_names.goes_with_code(name) for name, _ in pairs)
    for name, span in pairs:
        if secret_names.is_secret(name) or (oauth and secret_names.is_code(name)):
            yield span


def _named(pattern: re.Pattern[bytes], data: bytes) -> Iterator[Span]:
    return (found.span(2) for found in pattern.finditer(data) if secret_names.is_secret(found.group(1)))


def _parts(data: bytes) -> Iterator[Span]:
    for head in _PART.finditer(data):
        if secret_names.is_secret(head.group(1)):
            end = data.find(b"\r\n--", head.end())
            yield head.end(), len(data) if end < 0 else end


def _json(data: bytes) -> Iterator[Span]:
    names = [(found.group(2), found.group(1), found.end()) for found in _NAME.finditer(data)]
    oauth = any(secret_names.goes_with_code(name) for name, _, _ in names)
    done = 0
    for name, escape, at in names:
        if at < done or not (secret_names.is_secret(name) or (oauth and secret_names.is_code(name))):
            continue
        found, done = _json_value(data, at, escape)
        yield from found


def _json_value(data: bytes, at: int, escape: bytes) -> tuple[list[Span], int]:
    """The secret spans of the value that begins here, and where it ends."""
    quote = escape + b'"'
    if data.startswith(quote, at):
        start = at + len(quote)
        end = _string_end(data, start, quote)
        return [(start, end)], end
    if number := _SCALAR.match(data, at):
        return [number.span()], number.end()
    return _leaves(data, at) if data[at : at + 1] in {b"{", b"["} else ([], at)


def _string_end(data: bytes, start: int, quote: bytes) -> int:
    if len(quote) > 1:
        end = data.find(quote, start)
        return len(data) if end < 0 else end
    closed = _STRING.match(data, start - 1)
    return closed.end(1) if closed else len(data)


def _leaves(data: bytes, at: int) -> tuple[list[Span], int]:
    """The strings inside an object or list that is secret as a whole, and its end; its names stay."""
    depth, found, end = 0, list[Span](), at
    for token in _TOKEN.finditer(data, at, at + _NESTED):
        end = token.end()
        first = data[token.start()]
        if first != _QUOTE:
            depth += 1 if first in b"{[" else -1
        elif not data[end : end + 8].lstrip().startswith(b":"):
            found.append((token.start() + 1, end - 1))
        if depth == 0:
            break
    return found, end
