"""The small pieces of a page, as filters that remember: what was rendered once for a value is not rendered again.

Calls of one kind carry much the same lines, texts, rules and gauges, so nearly every piece of an article has been
made for an earlier one: asking costs a tenth of rendering (docs/benchmarks.md). How a piece looks stands in
templates/parts/macros.html.j2 alone, where everything is escaped. Must not know: exchanges, what a piece means.
Read next: render.py (the environment that has these filters), words.py (what they are given).
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from audit.words import Line

if TYPE_CHECKING:
    from collections.abc import Callable

    from jinja2 import Environment

    from audit.words import Spans

    type Piece = Callable[..., Markup]

_MACROS = "parts/macros.html.j2"
_KEPT = ("tx", "counts", "docs", "claim", "claims", "sign", "gauge")
_REMEMBERED = 4096

# Longer texts hardly come twice: they are rendered each time, so that what is remembered stays a few megabytes.
_SHORT = 400

# Stands for a line's anchor until it is known. Recorded text is escaped, and so never holds such an element.
_ANCHOR = Markup("<anchor>")


def filters(environment: Environment) -> dict[str, Piece]:
    """Each macro as a filter of its name: `{{ text | tx }}`; `lines` is `line` for several."""
    made: dict[str, Piece] = {name: lru_cache(_REMEMBERED)(partial(_rendered, environment, name)) for name in _KEPT}
    line = partial(_line, lru_cache(_REMEMBERED)(partial(_around_anchor, environment)), environment)
    spans = partial(_spans, lru_cache(_REMEMBERED)(partial(_rendered, environment, "spans")), environment)
    return made | {
        "quiet": partial(_rendered, environment, "quiet"),
        "spans": spans,
        "line": line,
        "lines": lambda several: Markup("".join(map(line, several))),  # noqa: S704 -- each is rendered, escaped there
    }


def _rendered(environment: Environment, name: str, value: object) -> Markup:
    macro = getattr(environment.get_template(_MACROS).module, name)
    return Markup(macro(value))  # noqa: S704 -- a macro escapes what it is given


def _spans(kept: Piece, environment: Environment, spans: Spans) -> Markup:
    """Recorded text. One plain stretch, the usual case, needs no template."""
    if len(spans) == 1 and not spans[0].kind:
        return escape(spans[0].text)
    return kept(spans) if _is_short(spans) else _rendered(environment, "spans", spans)


def _line(kept: Callable[[Spans, Spans, bool], tuple[str, ...]], environment: Environment, line: Line) -> Markup:
    """A field line: remembered without its anchor, which no other line has."""
    if line.rest or not (_is_short(line.value) and _is_short(line.name)):
        return _rendered(environment, "line", line)
    around = kept(line.name, line.value, bool(line.anchor))
    return Markup(str(escape(line.anchor)).join(around))  # noqa: S704 -- rendered by our macro, escaped there


def _around_anchor(environment: Environment, name: Spans, value: Spans, anchored: bool) -> tuple[str, ...]:
    """What stands before, between and after the places of a line's anchor."""
    line = Line(name, value, _ANCHOR if anchored else "")
    return tuple(str(_rendered(environment, "line", line)).split(str(_ANCHOR)))


def _is_short(spans: Spans) -> bool:
    if len(spans) == 1:
        return len(spans[0].text) <= _SHORT
    return sum(len(span.text) for span in spans) <= _SHORT
