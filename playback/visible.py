r"""Recorded text made safe for a terminal, a log or an XML file: nothing acts, nothing hides, nothing is dropped.

Control characters are shown as \x.., bidirectional and other format controls by their Unicode name, bytes
that are not UTF-8 as \x... (threat T4: a recording's content was written by an attacker.)
Must not know: what is printed. Read next: report.py.
"""

from __future__ import annotations

import re
import unicodedata

_CONTROLS = r"\x00-\x08\x0b-\x1f\x7f-\x9f"
# Soft hyphen, bidi and zero-width controls, separators, byte order mark, annotations, surrogates, tag characters.
_FORMAT = (
    r"\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff"
    r"\U000e0000-\U000e007f"
)
_UNSAFE_IN_TEXT = re.compile(f"[{_CONTROLS}{_FORMAT}]")
_UNSAFE_IN_LINE = re.compile(f"[\t\n{_CONTROLS}{_FORMAT}]")


def visible(text: str | bytes, *, lines: bool = False) -> str:
    """The text with everything that acts or hides written out. With `lines`, line feeds and tabs stay."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "backslashreplace")
    return (_UNSAFE_IN_TEXT if lines else _UNSAFE_IN_LINE).sub(_written_out, text)


def _written_out(match: re.Match[str]) -> str:
    char = match[0]
    if ord(char) < 0xA0:
        return f"\\x{ord(char):02x}"
    return f"<{unicodedata.name(char, f'U+{ord(char):04X}')}>"
