"""A report as JSON: readable, deterministic, and able to hold every text that a recording can bring.

Must not know: what a report says. Read next: junit.py.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def render(report: Mapping[str, object]) -> bytes:
    r"""The mapping as indented UTF-8 JSON with a final line feed, members in their order.

    A lone surrogate (half a character, as a hostile JSON body can bring) stays readable as `\ud800`.
    """
    return json.dumps(report, indent=1, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"
