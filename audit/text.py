"""Recorded bytes as text that a reader can trust: nothing dropped, nothing invisible, nothing that acts.

Bytes that are not UTF-8, control characters, bidirectional controls and invisible separators are shown by
a visible escape in a span of its own, so that an escape is never mistaken for text that looks like one.
Must not know: HTML, exchanges. Read next: model.py (`Span`), headers.py (marks the differing characters).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from audit.words import Span, Spans
from store.secret_shapes import TAG

# What must never reach a page raw: C0 and C1 controls, soft hyphen, zero-width and bidi controls, line and
# paragraph separators, byte order mark, tag characters, and the surrogates that stand for undecodable bytes.
_UNSAFE = (
    r"\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    r"\U000e0000-\U000e007f"
)
_TAG = TAG.pattern.decode() + r"\**"
_ODD = re.compile(f"(?P<tag>{_TAG})|[{_UNSAFE}]")
_ODD_IN_BODY = re.compile(f"(?P<tag>{_TAG})|(?![\n\t])[{_UNSAFE}]")
_FEW_ESCAPES = 50
_LOW_SURROGATE = 0xDC80

# Calls of one kind carry much the same names and values: what was shown once is remembered, unless it is long.
_SHORT = 200
_REMEMBERED = 8192


def _escape(char: str) -> str:
    r"""How one unsafe character is written: `\x00` for a byte, `U+202E` for a character."""
    code = ord(char)
    if _LOW_SURROGATE <= code <= _LOW_SURROGATE + 0x7F:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x80 else f"U+{code:04X}"


def decode(data: bytes) -> str:
    """Bytes as UTF-8; a byte that is not part of it becomes a surrogate that `visible` writes as an escape."""
    return data.decode("utf-8", "surrogateescape")


def visible(text: str, *, lines: bool = False, kind: str = "") -> Spans:
    """Text as spans: stretches of the given kind, escapes, sealed secrets. With `lines`, new lines and tabs stay."""
    if text.isascii() and text.isprintable() and ":" not in text:
        return (Span(text, kind),)  # nothing odd, by two quick looks: most names and values
    odd = _ODD_IN_BODY if lines else _ODD
    spans: list[Span] = []
    end = 0
    for match in odd.finditer(text):
        if match.start() > end:
            spans.append(Span(text[end : match.start()], kind))
        sealed = match.group("tag")
        spans.append(Span(sealed, "seal") if sealed else Span(_escape(match.group()), "esc"))
        end = match.end()
    if end < len(text) or not spans:
        spans.append(Span(text[end:], kind))
    return tuple(spans)


def is_readable(text: str) -> bool:
    """Whether a body reads as text: escapes are few. Thousands would be as many elements, and tell nobody anything."""
    return sum(1 for _ in _ODD_IN_BODY.finditer(text)) <= max(_FEW_ESCAPES, len(text) // 200)


def show(data: bytes) -> Spans:
    """Bytes of a start line, a name or a value as spans."""
    return _shown(data) if len(data) <= _SHORT else visible(decode(data))


@lru_cache(_REMEMBERED)
def _shown(data: bytes) -> Spans:
    return visible(decode(data))


def flat(data: bytes, limit: int = 4096) -> str:
    """Bytes as one safe string, for places that hold no markup (a search string, a file name in a command)."""
    spans = show(data[:limit])
    return spans[0].text if len(spans) == 1 else "".join(span.text for span in spans)


def clean(words: str) -> str:
    """Words that came with a recording (an id, a reason) as one safe string."""
    return "".join(span.text for span in visible(words))


def marked(mine: bytes, other: bytes) -> Spans:
    """`mine` with the stretch that differs from `other` marked: what lies between common start and common end."""
    return marked_words(decode(mine), decode(other))


def marked_words(text: str, against: str) -> Spans:
    """The same for texts."""
    start = _common(text, against)
    end = _common(text[start:][::-1], against[start:][::-1])
    middle = text[start : len(text) - end]
    spans = [*visible(text[:start])] if start else []
    if middle:
        spans += visible(middle, kind="mark")
    if end:
        spans += visible(text[len(text) - end :])
    return tuple(spans) or (Span("", ""),)


def _common(one: str, two: str) -> int:
    """How many characters two strings share at their start; a combining character is not torn from its base."""
    count = 0
    for left, right in zip(one, two, strict=False):
        if left != right:
            break
        count += 1
    while count and count < len(one) and unicodedata.combining(one[count]):
        count -= 1
    return count


def split(spans: Spans, limit: int) -> tuple[Spans, Spans]:
    """The first `limit` characters and the rest; no span is torn unless it crosses the limit."""
    head: list[Span] = []
    for index, span in enumerate(spans):
        if len(span.text) > limit:
            cut = 0 if span.kind in ("esc", "seal") else limit
            head += [Span(span.text[:cut], span.kind)] if cut else []
            return tuple(head), (Span(span.text[cut:], span.kind), *spans[index + 1 :])
        limit -= len(span.text)
        head.append(span)
    return tuple(head), ()


def size(count: int) -> str:
    """Bytes for people: `187 B`, `9.1 KB`, `32.0 MB` (KB = 1024, as the limits count)."""
    if count < 1024:
        return f"{count} B"
    kib = count / 1024
    return f"{kib:.1f} KB" if kib < 1024 else f"{kib / 1024:.1f} MB"


def duration(us: int) -> str:
    """Microseconds for people: `0.6 ms`, `27 ms`, `1.40 s`."""
    ms = us / 1000
    if ms < 10:
        return f"{ms:.1f} ms"
    return f"{ms:.0f} ms" if ms < 1000 else f"{ms / 1000:.2f} s"
