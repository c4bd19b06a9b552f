"""Answers before the answer: 100, 102, 103 and whatever else of 1xx a server sends, but for 101.

The message of these rules is one such head; what is left of it goes to the client. Contract section 16.
Must not know: the answer that follows (response.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.config import Evidence
from gateway.rule import Example, Rule, Text
from gateway.rules import samples, sources, whens
from gateway.rules.failure import NOTHING

if TYPE_CHECKING:
    from gateway.messages import Response
    from gateway.rule import Call


def keep_back(_head: Response, _call: Call) -> Response:
    """Send nothing of it on."""
    return NOTHING


DROP = Rule(
    id="res.drop.interim",
    summary=Text(
        "服务的临时响应（1xx）不传给客户端",
        "Interim answers of the server (1xx) do not reach the client",
    ),
    why=Text(
        "没有任何来源表明函数计算会转发 103 Early Hints 等临时响应；网关自己的 100 Continue 与它们无关。",
        "No source shows FC passing on 103 Early Hints and the like; a 100 Continue of the gateway is its own.",
    ),
    source=sources.rfc9110("15.2", "PROTO-1"),
    evidence=Evidence.ASSUMED,
    op=keep_back,
    when=whens.ALWAYS,
    examples=(
        Example(
            samples.response((b"Link", b"</a.css>; rel=preload"), status=103, reason=b"Early Hints"),
            NOTHING,
            samples.CUSTOM,
        ),
    ),
    needed=True,
)
