"""Compute every stored exchange again with today's rules, offline: gateway drift.

The inputs are the client's request, the server's answer, the facts and the config of then; what the rules make
of them today must be what is stored. A difference is a change of the rules, or a fault of ours. Beside that, no
stored difference between the two views may be without a rule that claims it.
Must not know: sockets, how a report looks. Read next: gateway/recompute.py, gateway/differences.py.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gateway.changes import Leg
from gateway.differences import unexplained
from gateway.exchange import State
from gateway.messages import Request
from gateway.recompute import recompute
from gateway.rules import RULES
from playback.allowance import NOTHING
from playback.compare import compare_bodies
from playback.fields import compare_fields
from playback.findings import Finding, Kind, Rank, cut
from playback.stand_ins import StandIns
from playback.verdict import Outcome, Verdict, judge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.config import Config
    from gateway.exchange import Exchange
    from gateway.messages import Response
    from playback.vault import Vault

UNFINISHED = "it had not ended when it was recorded"
FOREIGN = "no gateway of ours saw it: another program recorded it"


def check(stored: Exchange, config: Config, vault: Vault, fail_on: Rank = Rank.MEDIUM) -> Outcome:
    """What today's rules make of one stored exchange, judged. `config`: the one that was in force."""
    request = stored.client.request
    method, target = (request.method, request.target) if request else (b"", b"")
    outcome = Outcome(
        stored.id,
        method.decode("utf-8", "backslashreplace"),
        target.decode("utf-8", "backslashreplace"),
        Verdict.SAME,
    )
    if stored.state is State.OPEN:
        return replace(outcome, skipped=UNFINISHED)
    if not stored.rules_version:
        return replace(outcome, skipped=FOREIGN)
    findings = _findings(stored, config, vault)
    return replace(outcome, verdict=judge(findings, fail_on), findings=findings)


def _findings(stored: Exchange, config: Config, vault: Vault) -> tuple[Finding, ...]:
    """The differences of one exchange: found in what was on the wire, told with its secrets sealed."""
    opened = vault.opened(stored)
    stand_ins = StandIns(opened.sealed_lengths)
    exchange = stand_ins.put(opened)
    today = recompute(exchange, config)
    if _results(exchange) == _results(today) and not unexplained(exchange):
        return ()
    then, today = (vault.hidden(stand_ins.taken(each)) for each in (exchange, today))
    return (*_drift(then, today), *_silent(then))


def _drift(then: Exchange, today: Exchange) -> Iterator[Finding]:
    """Every part of the two views and their reasons that comes out otherwise today."""
    sides = (
        (Leg.REQUEST, "server.request", _forwarded(then), _forwarded(today)),
        (Leg.RESPONSE, "client.response", then.client.response, today.client.response),
    )
    for leg, path, old, new in sides:
        rules, note = _rules_behind(then, today, leg)
        for finding in _message(path, old, new):
            yield replace(
                finding, kind=Kind.GATEWAY_DRIFT, rule=rules, note="; ".join(filter(None, (finding.note, note)))
            )
    if then.error_code != today.error_code:
        yield Finding(Kind.GATEWAY_DRIFT, "error_code", then.error_code, today.error_code)
    yield from _reasons(then, today)


def _results(exchange: Exchange) -> tuple[object, ...]:
    """What the rules decide, in one value that can be compared."""
    return (_forwarded(exchange), exchange.client.response, exchange.transforms, exchange.advice, exchange.error_code)


def _forwarded(exchange: Exchange) -> Request | None:
    return exchange.server.request if exchange.server else None


def _message(path: str, old: Request | Response | None, new: Request | Response | None) -> Iterator[Finding]:
    if old == new:
        return
    if old is None or new is None:
        yield Finding(Kind.GATEWAY_DRIFT, path, _start_line(old), _start_line(new))
        return
    if _start_line(old) != _start_line(new):
        yield Finding(Kind.GATEWAY_DRIFT, path, _start_line(old), _start_line(new))
    for section, was, now in (("headers", old.headers, new.headers), ("trailers", old.trailers, new.trailers)):
        differences = list(compare_fields(f"{path}.{section}", was, now, NOTHING))
        if was != now and not differences:
            differences = [Finding(Kind.GATEWAY_DRIFT, f"{path}.{section}", note="names in another spelling or order")]
        yield from differences
    yield from compare_bodies(old, new, f"{path}.body")


def _start_line(message: Request | Response | None) -> str | None:
    if message is None:
        return None
    if isinstance(message, Request):
        line = b" ".join((message.method, message.target, message.version))
    else:
        line = b"%b %d %b" % (message.version, message.status, message.reason)
    return line.decode("utf-8", "backslashreplace")


def _rules_behind(then: Exchange, today: Exchange, leg: Leg) -> tuple[str, str]:
    """The rules of a leg that acted otherwise then, and which of them are newer than the recording."""
    old = [transform for transform in then.transforms if transform.leg is leg]
    new = [transform for transform in today.transforms if transform.leg is leg]
    moved = [one for one in old if one not in new] + [one for one in new if one not in old]
    names = list(dict.fromkeys(one.rule_id for one in moved))
    newer = [name for name in names if name in RULES and RULES[name].since > then.rules_version]
    return ", ".join(names), f"newer than this recording: {', '.join(newer)}" if newer else ""


def _reasons(then: Exchange, today: Exchange) -> Iterator[Finding]:
    """The same views for other reasons are a drift too: the page would explain them otherwise."""
    for path, old, new in (("transforms", then.transforms, today.transforms), ("advice", then.advice, today.advice)):
        was, now = ", ".join(one.rule_id for one in old), ", ".join(one.rule_id for one in new)
        if was != now:
            yield Finding(Kind.GATEWAY_DRIFT, path, was, now)
        elif old != new:
            yield Finding(Kind.GATEWAY_DRIFT, path, rule=was, note="the same rules tell their changes otherwise")


def _silent(exchange: Exchange) -> Iterator[Finding]:
    for difference in unexplained(exchange):
        path = f"{difference.leg.value}.{difference.part.value}"
        expected, found = cut(repr(difference.expected)), cut(repr(difference.found))
        yield Finding(Kind.GATEWAY_DRIFT, path, expected, found, "no rule claims this change between the two views")
