"""What of a case can be asked of a function that is really deployed, and as which request; or why it cannot.

There the server is examples/probe, which does what a field of the request says; so each case becomes at most two
requests: one whose answer is the case's own (what the client must get), one whose answer is the echo (what the server
must see). Must not know: sockets. Read next: against.py (who asks), ../../examples/probe/README.md (the field).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING, Any

from gateway.config import DomainKind
from gateway.lookup import host_name, is_default_domain
from tests.conformance.script import raw
from tests.live.messages import read_response

if TYPE_CHECKING:
    from tests.conformance.cases import Ask, Case, Got, Saw, Serve

FIELD = "X-Probe"
PLAIN_HOST = "app.example.test"
API_PATHS = ("/2023-03-30", "/2021-04-06", "/2016-08-15")
FREE_OPTIONS = {"fc_evidence", "fc_log"}
"""Options that a deployed function needs no setting for: it does what it does, and has a log."""

PLAIN_ANSWER = re.compile(rb"HTTP/1\.1 [2-5]\d\d ")
EVERYWHERE = ("x-fc-control-path", "x-fc-retry-count")
"""Context fields whose values do not depend on the deployment."""

STREAM_DELAY_S = 1.0
"""Between the pieces of a stream; the first must be there well before the second is written."""


@dataclass(frozen=True, slots=True)
class Question:
    """One request to the probe and what is expected of it. `saw`: the answer is the echo, and this must be in it."""

    ask: Ask
    got: Got | None = None
    saw: Saw | None = None


def why_not(case: Case, host: str) -> str:
    """Why a case cannot be asked of the function at this host; "" when it can."""
    return next((reason for reason, holds in _obstacles(case, host) if holds), "")


def _obstacles(case: Case, host: str) -> list[tuple[str, bool]]:
    ask, default = case.ask, is_default_domain(host_name(raw(host)), DomainKind.AUTO)
    return [
        ("it needs settings of its own", case.config is not None or bool(set(case.options or {}) - FREE_OPTIONS)),
        ("it is about this tool's advice", bool(case.kept.advice)),
        ("it is about this tool's own limits", any(rule.startswith("tool.") for rule in case.kept.rules)),
        ("it is played in the rules alone", not {"fc", "tls"} & set(case.shells)),
        ("it is an API call", ask.target.startswith(API_PATHS)),
        ("its request names another host", bool(ask.raw or ask.host is None or ask.target.startswith("http"))),
        (f"it needs a {'custom' if default else 'default'} domain", needs_default(case) not in {None, default}),
        ("its task id can be taken only once", _names_a_task(ask)),
        ("nobody must be listening", not case.listening),
        ("the client leaves", ask.leaves or case.got.nothing),
        ("its server breaks HTTP or the connection", any(wish_of(serve, ask.method) is None for serve in case.serve)),
        ("it needs several answers in a row", len(case.serve) > 1),
    ]


def _names_a_task(ask: Ask) -> bool:
    """Whether the call is kept under a name that a second run would find taken (contract CTL-13)."""
    fields = {line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in ask.headers}
    return "x-fc-async-task-id" in fields and fields.get("x-fc-invocation-type") == "Async"


def needs_default(case: Case) -> bool | None:
    """Whether a case is about the default domain; None: it is about neither kind."""
    if "Content-Disposition" in case.got.lacks:
        return False
    host = host_name(raw(case.ask.host or ""))
    return None if host == PLAIN_HOST else is_default_domain(host, DomainKind.AUTO)


def wish_of(serve: Serve, method: str) -> dict[str, Any] | None:
    """What the server does, in the probe's words; None when a web function cannot do it."""
    if serve.raw:
        return _wish_of_bytes(raw(serve.raw), raw(method))
    if serve.then not in {"keep", "close"} or serve.cut >= 0 or serve.reads != "all" or serve.failure:
        return None
    wish: dict[str, Any] = {"status": int(serve.status.split(" ")[0]), "headers": list(serve.headers)}
    wish |= {"chunks": list(serve.chunks)} if serve.chunks else {"body": serve.body}
    wish |= {"body_size": serve.body_size} if serve.body_size else {}
    wish |= {"headers_total": serve.headers_total} if serve.headers_total else {}
    wish |= {"length": False} if not serve.length else {}
    wish |= {"delay": STREAM_DELAY_S} if serve.pause else {}
    return wish | ({"says": serve.logs.rstrip("\n")} if serve.logs else {})


def _wish_of_bytes(sent: bytes, method: bytes) -> dict[str, Any] | None:
    """The same for an answer that a case spells out, when it is plain HTTP and nothing more."""
    stream = BytesIO(sent)
    message = read_response(stream, method) if PLAIN_ANSWER.match(sent) else None
    if message is None or stream.read() or message.head.values("transfer-encoding") or message.head.values("upgrade"):
        return None
    response = message.as_response()
    lengths = message.head.values("content-length")
    own = [f"{n.decode()}: {v.decode()}" for n, v in response.headers if n.lower() != b"content-length"]
    if len(lengths) != (response.status not in {204, 304}):
        return None
    size = int(lengths[0]) if lengths else 0
    return {"status": response.status, "headers": own, **({"body_size": size} if method == b"HEAD" else {})}


def questions(case: Case, host: str) -> list[Question]:
    """What is asked of the function."""
    wish = wish_of(case.serve[0], case.ask.method)
    assert wish is not None
    found = [Question(_ask(case.ask, host, wish), got=_at(case.ask.host, host, case.got))]
    if case.saw.calls == 1 and case.got.status != 202 and case.ask.method != "HEAD":
        found.append(Question(_ask(replace(case.ask, first=""), host, {"echo": True}), saw=_theirs(case, host)))
    return found


def _ask(ask: Ask, host: str, wish: dict[str, Any]) -> Ask:
    """The request to the probe. Its field is short for a plain answer and counts as every field does."""
    field = f"{FIELD}: {json.dumps(wish, separators=(',', ':'))}"
    return replace(ask, host=host, headers=(*ask.headers, field))


def _at(named: str | None, host: str, got: Got) -> Got:
    return replace(got, lines=tuple(line.replace(named or "\0", host) for line in got.lines))


def _theirs(case: Case, host: str) -> Saw:
    """What the server must see, but for the values that are the deployment's own: those must be there once."""
    lines = [line.replace(case.ask.host or "\0", host) for line in case.saw.lines]
    own = [line for line in lines if line.lower().startswith("x-fc-") and not line.lower().startswith(EVERYWHERE)]
    kept = tuple(line for line in lines if line not in own)
    return replace(case.saw, lines=kept, has=(*case.saw.has, *(line.partition(":")[0] for line in own)))
