"""The rules of Function Compute in their order of work, and the version of the set.

Read next: request.py (the fields of a request), ../core.py (when each table runs), docs/adding-a-rule.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.changes import Leg
from gateway.engine import Table, interim_transforms
from gateway.exchange import Failure
from gateway.rules import (
    accept,
    auth,
    cors,
    describe,
    failure,
    hop,
    interim,
    invoke,
    lifecycle,
    limits,
    refusal,
    reply,
    request,
    response,
    result,
    route,
    tasks,
    unchecked,
)

if TYPE_CHECKING:
    from gateway.rule import Rule

RULES_VERSION = "2026.11"
"""Year and month of the newest change; a recording keeps the version that made it."""

REFUSAL_RULES = Table(
    Leg.REQUEST,
    refusal.PATH,
    refusal.FUNCTION,
    refusal.ROUTE,
    accept.EXISTS,
)
"""For calls whose facts hold a refusal, and for no others: whom the survey could not match, whom the queue refused."""

HEAD_RULES = Table(
    Leg.REQUEST,
    refusal.TUNNEL,
    refusal.TRIGGER,
    refusal.INTERNET,
    cors.PREFLIGHT,
    cors.PREFLIGHT_CUSTOM,
    refusal.METHOD,
    refusal.UNKNOWN_METHOD,
    auth.DATE,
    auth.AUTHORIZATION,
    auth.KEY,
    auth.SKEW,
    auth.SIGNATURE,
    auth.TOKEN,
    auth.JWT,
    unchecked.UNCHECKED,
    unchecked.QUIRK,
    describe.FUNCTION,
    limits.INVOCATION_TYPE,
    limits.LOG_TYPE,
    limits.ASYNC_DELAY,
    limits.TASK_ID,
    limits.LIMIT_HEADERS,
    limits.LIMIT_PATH,
    limits.LIMIT_BODY,
    invoke.LIMIT_BODY,
    tasks.QUESTION,
    tasks.TOLD,
)
"""Answers that need no server: they change nothing, and all come before the first change."""

REQUEST_RULES = Table(
    Leg.REQUEST,
    hop.TARGET,
    hop.VERSION,
    route.REWRITE,
    request.INVOCATION_TYPE,
    request.LOG_TYPE,
    request.ASYNC_DELAY,
    request.ASYNC_TASK,
    request.STRIP_X_FC,
    request.UNDERSCORES,
    hop.STRIP_HOP,
    hop.EXPECT,
    hop.TRAILERS,
    hop.HOST,
    invoke.TARGET,
    invoke.DROP_HEADERS,
    invoke.SET_HOST,
    invoke.CONTENT_TYPE,
    hop.FRAMING,
    request.CONTEXT,
    request.CONTEXT_OBSERVED,
)
"""From the client's request to the server's. Context comes after every strip: nothing can overwrite it."""

ACCEPT_RULES = Table(Leg.REQUEST, accept.ACCEPT)
"""What an asynchronous caller is told."""

INTERIM_RULES = Table(Leg.RESPONSE, interim.DROP, tell=interim_transforms)
"""For each answer before the answer. Every one is needed: what is not told here is told nowhere."""

RESPONSE_RULES = Table(
    Leg.RESPONSE,
    response.SWITCH,
    response.LIMIT_HEADERS,
    response.REDIRECT,
    response.APK,
    response.STRIP_HOP,
    response.STRIP_X_FC,
    response.STRIP_RESERVED,
    response.STRIP_TRAILERS,
    invoke.STATUS,
    invoke.RESPONSE_HEADERS,
    invoke.RESPONSE_TYPE,
    result.METRICS,
    result.VERSION,
)
"""From the server's answer to what the call's kind lets through."""

REPLY_RULES = Table(
    Leg.RESPONSE,
    reply.VERSION,
    reply.ATTACHMENT,
    reply.REQUEST_ID,
    reply.DATE,
    cors.ALLOW,
    cors.ALLOW_CUSTOM,
    cors.EXPOSE,
    reply.LOG_RESULT,
    reply.ERROR_TYPE,
    reply.FRAMING,
    reply.CONNECTION,
)
"""On every message that goes to the client, the gateway's own errors among them."""

FAILURE_RULES = {
    Failure.NOT_LISTENING: Table(Leg.RESPONSE, failure.NOT_LISTENING),
    Failure.CLOSED: Table(Leg.RESPONSE, failure.CLOSED),
    Failure.MALFORMED_ANSWER: Table(Leg.RESPONSE, failure.MALFORMED_ANSWER),
    Failure.TIMED_OUT: Table(Leg.RESPONSE, failure.TIMED_OUT),
    Failure.CLIENT_GONE: Table(Leg.RESPONSE, failure.CLIENT_GONE),
    Failure.MALFORMED_REQUEST: Table(Leg.REQUEST, failure.MALFORMED_REQUEST),
    Failure.STORE: Table(Leg.RESPONSE, failure.STORE),
    Failure.BUSY: Table(Leg.REQUEST, failure.BUSY),
    Failure.EXITED: Table(Leg.RESPONSE, lifecycle.EXITED),
    Failure.FILE_MISSING: Table(Leg.RESPONSE, lifecycle.FILE_MISSING),
    Failure.EXITED_AT_START: Table(Leg.RESPONSE, lifecycle.EXITED_AT_START),
    Failure.NOT_STARTED: Table(Leg.RESPONSE, lifecycle.NOT_STARTED),
    Failure.INITIALIZER: Table(Leg.RESPONSE, lifecycle.INITIALIZER),
}
"""What the client is told when no usable answer came."""

TABLES = (
    *(REFUSAL_RULES, HEAD_RULES, REQUEST_RULES, ACCEPT_RULES, INTERIM_RULES, RESPONSE_RULES, REPLY_RULES),
    *FAILURE_RULES.values(),
)

RULES: dict[str, Rule] = {rule.id: rule for table in TABLES for rule in table.rules}
"""Every rule by its id, in the order of work."""
