"""What the platform tells an instance of its life: the requests, and the words of their log (contract LIFE-HOOK-1..3).

The platform is the caller here: its bare request is the client view, and the rules add the context. Must not know:
when a hook is called, time-outs. Read next: core.py, log_text.py.
"""

from __future__ import annotations

from enum import StrEnum

from gateway.messages import Request
from gateway.rules.invoke import HOST


class Hook(StrEnum):
    """A moment of an instance's life that it is told of."""

    INITIALIZE = "initialize"
    PRE_STOP = "pre-stop"
    PRE_FREEZE = "pre-freeze"


_HOST = (b"Host", HOST)

REQUESTS = {
    Hook.INITIALIZE: Request(b"POST", b"/initialize", (_HOST, (b"Content-Length", b"0"))),
    Hook.PRE_STOP: Request(b"GET", b"/pre-stop", (_HOST,)),
    Hook.PRE_FREEZE: Request(b"GET", b"/pre-freeze", (_HOST,)),
}
"""The bare request of each hook: no body (contract LIFE-HOOK-1)."""

MARKERS = {Hook.INITIALIZE: "Initialize", Hook.PRE_STOP: "PreStop", Hook.PRE_FREEZE: "PreFreeze"}
"""The word of each hook in the log's start and end markers (contract LOG-1)."""


def is_done(status: int) -> bool:
    """Whether an instance took a hook well (contract LIFE-HOOK-1: 2xx)."""
    return 200 <= status < 300
