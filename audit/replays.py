"""The replay comparison: what a replay found, beside the recorded exchange.

Must not know: how a replay works; whoever replayed hands over `Replay` values. Read next: detail.py, model.py.
"""

from __future__ import annotations

from audit import text, texts
from audit.model import Found, FoundRow, Replay, ReplayCard
from audit.words import Span, Text

_ROW_LIMIT = 100

_VERDICTS: dict[str, tuple[Text, str]] = {
    "same": (texts.REPLAY_SAME, "ok"),
    "different": (texts.REPLAY_DIFFERENT, "bad"),
    "missing": (texts.REPLAY_MISSING, "bad"),
    "skipped": (texts.REPLAY_SKIPPED, "none"),
}


def card(replay: Replay) -> ReplayCard:
    """The card of one exchange's replay; a verdict that this version does not know is shown as it is."""
    words, level = _VERDICTS.get(replay.verdict, (Text(replay.verdict, replay.verdict), "none"))
    weighed = [found for found in replay.findings if not found.forgiven]
    return ReplayCard(
        verdict=words,
        level=level,
        rows=tuple(_row(found) for found in weighed[:_ROW_LIMIT]),
        forgiven=tuple(dict.fromkeys(text.clean(found.path) for found in replay.findings if found.forgiven)),
        note=text.clean(replay.note),
        cut=texts.PARTS_CUT.format(shown=_ROW_LIMIT) if len(weighed) > _ROW_LIMIT else None,
    )


def _row(found: Found) -> FoundRow:
    mine, theirs = found.recorded, found.now
    return FoundRow(
        path=text.visible(found.path),
        kind=found.kind,
        recorded=(Span("—"),) if mine is None else text.marked_words(mine, theirs or ""),
        now=(Span("—"),) if theirs is None else text.marked_words(theirs, mine or ""),
        note=text.clean(found.note),
    )
