"""Page models become HTML: Jinja2 with autoescape and strict names, assets inlined under a CSP of their hashes.

Recorded data enters the templates as variables alone; nothing of it is ever marked safe. Style and script are
files of ours, inlined whole, and the page's own policy admits them by hash and nothing else.
Must not know: exchanges, recordings. Read next: page.py (which parts a page has), templates/audit.html.j2.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from base64 import b64encode
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from audit import pieces, texts
from audit.overview import Entry
from audit.words import Sign

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from audit.model import ExchangePage, PageMeta, ReplayCard
    from audit.overview import Comparison, Row, Sequences, StepPage, Summary
    from audit.words import Text

TEMPLATES = Path(__file__).parent.parent / "templates"

_ENTRY_FIELDS = tuple(field.name for field in fields(Entry))

# The order is the order of the cascade, and of the declarations that later files use.
STYLES = (
    "tokens.css",
    "frame.css",
    "list.css",
    "detail.css",
    "card.css",
    "body.css",
    "talk.css",
    "summary.css",
    "live.css",
    "narrow.css",
    "print.css",
)
BOOT_SCRIPTS = ("boot.js",)
SCRIPTS = ("filter.js", "list.js", "detail.js", "colour.js", "main.js")
LIVE_SCRIPTS = ("live.js", *SCRIPTS)


@dataclass(frozen=True, slots=True)
class Live:
    """What a live page begins with. `tick`: how much it has heard of already; `server`: the address it is served at."""

    tick: int
    server: str


@dataclass(frozen=True, slots=True)
class Head:
    """What the top of a page says: the recording, how much is in it and when it was made, and the language.

    `live`: None for a page that is a file. `chips`: key, words and filter of the buttons above the list.
    `overview`: what the article about more than one exchange is called.
    `sealed`: how many different pseudonyms of sealed secrets the page shows; `sealed_in`: in how many exchanges.
    """

    meta: PageMeta
    count: int
    day: str = ""
    span: str = ""
    lang: str = ""
    overview: Text = texts.SUMMARY
    sealed: int = 0
    sealed_in: int = 0
    live: Live | None = None
    chips: tuple[tuple[str, Text, str], ...] = texts.CHIPS

    @property
    def first_lang(self) -> str:
        """The language shown until a script knows the reader's."""
        return self.lang or "en"

    @property
    def html_lang(self) -> str:
        """The same as a language tag."""
        return "zh-CN" if self.first_lang == "zh" else "en"


@dataclass(frozen=True, slots=True)
class Asset:
    """A style sheet or script as it stands in the page, and the hash by which the policy admits it."""

    source: Markup
    policy: str


@cache
def environment() -> Environment:
    """The template environment: undefined names are errors, everything is escaped."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
        auto_reload=False,
    )
    env.globals.update(t=texts, Sign=Sign)
    env.filters.update(pieces.filters(env))
    return env


@cache
def asset(names: tuple[str, ...]) -> Asset:
    """Our own files, one after the other. They hold no `</`, so that they cannot end their element."""
    source = "\n".join((TEMPLATES / "assets" / name).read_text("utf-8") for name in names)
    if "</" in source or "<!--" in source:
        raise ValueError(f"an asset holds text that would end its element: {', '.join(names)}")
    sha256 = b64encode(hashlib.sha256(source.encode()).digest()).decode("ascii")
    return Asset(Markup(source), f"'sha256-{sha256}'")  # noqa: S704 -- files of ours, never recorded data


def detail(page: ExchangePage, replay_to: str = "") -> str:
    """The right-hand side of one exchange. `replay_to`: on a live page, where it can be sent again."""
    return environment().get_template("parts/detail.html.j2").render(x=page, replay_to=replay_to)


def replay(card: ReplayCard) -> str:
    """The replay comparison of one exchange alone."""
    return environment().get_template("parts/replay.html.j2").render(r=card)


def row(model: Row, href: str = "") -> str:
    """The list line of one exchange. `href`: another file to open, else the anchor in this one."""
    return environment().get_template("parts/row.html.j2").render(r=model, href=href or f"#e{model.id}")


def summary(model: Summary, href: str = "#e{}") -> Markup:
    """The totals of a recording. `href`: where an exchange is, with `{}` for its id."""
    html = environment().get_template("parts/summary.html.j2").render(s=model, href=href)
    return Markup(html)  # noqa: S704 -- rendered by our template, escaped there


def compared(model: Comparison) -> Markup:
    """Two exchanges side by side, in the place of the summary."""
    html = environment().get_template("parts/compare.html.j2").render(c=model)
    return Markup(html)  # noqa: S704 -- rendered by our template, escaped there


def step(page: StepPage) -> str:
    """A call in two recordings."""
    return environment().get_template("parts/step.html.j2").render(s=page)


def sequences(model: Sequences) -> Markup:
    """Two recordings side by side, in the place of the summary."""
    html = environment().get_template("parts/sequences.html.j2").render(s=model)
    return Markup(html)  # noqa: S704 -- rendered by our template, escaped there


def frame(head: Head, total: Markup, rows: Sequence[Markup], details: Sequence[Markup], data: dict[str, Markup]) -> str:
    """The whole file.

    `total`: the rendered summary. `rows` and `details` stand in the page; `data` names the data blocks that
    scripts read.
    """
    style, boot, script = asset(STYLES), asset(BOOT_SCRIPTS), asset(LIVE_SCRIPTS if head.live else SCRIPTS)
    return (
        environment()
        .get_template("audit.html.j2")
        .render(
            head=head,
            summary=total,
            rows=rows,
            details=details,
            data=data,
            style=style,
            boot=boot,
            script=script,
            policy=policy(live=head.live is not None),
        )
    )


def policy(*, live: bool) -> str:
    """The Content-Security-Policy of a page: our style and scripts by hash; a live one may ask its own server."""
    style, boot, script = asset(STYLES), asset(BOOT_SCRIPTS), asset(LIVE_SCRIPTS if live else SCRIPTS)
    talk = "connect-src 'self'; " if live else ""
    return (
        f"default-src 'none'; style-src {style.policy}; script-src {boot.policy} {script.policy}; img-src data:; {talk}"
        "base-uri 'none'; form-action 'none'"
    )


def entries_block(entries: Iterable[Entry]) -> Markup:
    """The filter's index as JSON for a script block: a row per exchange, in the order of `Entry`'s fields.

    Calls of one kind meet the same rules and carry much the same header lines, so each list of rule ids and each
    line stands once, and rows name them by number.
    """
    rules: dict[tuple[str, ...], int] = {}
    lines: dict[str, int] = {}
    rows = []
    for entry in entries:
        number = rules.setdefault(entry.rules, len(rules))
        headers = [lines.setdefault(line, len(lines)) for line in entry.headers]
        short = {"rules": number, "headers": headers}
        rows.append([short[name] if name in short else getattr(entry, name) for name in _ENTRY_FIELDS])
    return json_block({"rules": list(rules), "lines": list(lines), "entries": rows})


_JSON_ESCAPES = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


def json_block(value: object) -> Markup:
    """Any value as JSON that is inert inside a script element."""
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Markup(written.translate(_JSON_ESCAPES))  # noqa: S704 -- every character that means something is escaped


def packed(texts_: Sequence[str]) -> Markup:
    """Rendered pieces as gzip in base64, for a script block that is unfolded on demand. Same input, same bytes."""
    raw = json.dumps(texts_, ensure_ascii=False).encode()
    return Markup(b64encode(gzip.compress(raw, 6, mtime=0)).decode("ascii"))  # noqa: S704 -- base64
