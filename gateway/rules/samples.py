"""Sample calls that the examples of rules stand on: small, named, and the same in tests and docs.

Must not know: any rule.
"""

from __future__ import annotations

from dataclasses import replace

from gateway.config import Config
from gateway.facts import Facts, Ingress, InvocationType, LogType, Seed
from gateway.messages import Header, Request, Response
from gateway.rule import Call

SEED = Seed("1-67a59f35-150c1267-f381ba1c085c", 1_738_907_445_000_000)
CONFIG = Config()


def request(*headers: Header, method: bytes = b"GET", target: bytes = b"/", body: bytes = b"") -> Request:
    """A request as a client might send it."""
    return Request(method, target, headers, body)


def response(*headers: Header, status: int = 200, reason: bytes = b"OK", body: bytes = b"") -> Response:
    """A response as a server might send it."""
    return Response(status, reason, headers, body)


def call(ingress: Ingress, **facts: object) -> Call:
    """A call by a door, with some of its facts set."""
    known = Facts(SEED, ingress, "web", answered_us=SEED.arrived_us)
    return Call(replace(known, **facts), CONFIG, request())  # type: ignore[arg-type] # the tests run every sample


CUSTOM = call(Ingress.HTTP_CUSTOM)
DEFAULT = call(Ingress.HTTP_DEFAULT)
API = call(Ingress.API)
HOOK = call(Ingress.HOOK)
ASYNC = call(Ingress.HTTP_CUSTOM, invocation_type=InvocationType.ASYNC)
API_ASYNC = call(Ingress.API, invocation_type=InvocationType.ASYNC)
TAIL = call(Ingress.HTTP_CUSTOM, log_type=LogType.TAIL, log_tail=b"hello\n")
