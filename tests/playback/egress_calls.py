"""Recorded calls of a function's own, for tests."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gateway.exchange import Exchange, Failure, State, Timings, View
from gateway.facts import Facts, Ingress, Link, Seed
from gateway.messages import Response
from tests.playback.recorded import ARRIVED_US, get, ok

if TYPE_CHECKING:
    from gateway.messages import Request

ORIGIN = "https://api.example.test"


def made(
    ident: int, request: Request | None = None, answer: Response | Failure | None = None, parent: int | None = 1
) -> Exchange:
    """A call to ORIGIN; `answer` may be why there was none."""
    answer = ok(b"answer %d" % ident) if answer is None else answer
    failure = answer if isinstance(answer, Failure) else None
    view = View(get() if request is None else request, answer if isinstance(answer, Response) else None)
    seed = Seed(f"1-parent-{parent}", ARRIVED_US + ident * 1000, secure=True)
    link = Link.TIME if parent is not None else Link.NONE
    facts = Facts(seed, Ingress.EGRESS, "web", origin=ORIGIN, link=link)
    return Exchange(
        ident,
        facts,
        view,
        view,
        state=State.COMPLETE if failure is None else State.SERVER_FAILED,
        failure=failure,
        failure_text="it was down" if failure is not None else "",
        timings=Timings(done=1000),
        parent_id=parent,
    )


def live(request: Request, origin: str = ORIGIN) -> Request:
    """The request as the function's proxy sees it: a whole URL."""
    return replace(request, target=origin.encode() + request.target)
