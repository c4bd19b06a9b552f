"""Payloads that have run, broken out or deceived somewhere, and an exchange that carries one everywhere at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gateway.changes import Advice, Leg
from gateway.exchange import Failure
from gateway.messages import Request, Response
from tests.audit import sample

if TYPE_CHECKING:
    from gateway.exchange import Exchange

PAYLOADS: tuple[bytes, ...] = (
    b"<script>window.ran=1</script>",
    b"</script><script>window.ran=1</script>",
    b"</ScRiPt ><svg/onload=window.ran=1>",
    b"<img src=x onerror=window.ran=1>",
    b"<img src=//evil.test/x>",
    b"<iframe srcdoc='<script>parent.ran=1</script>'></iframe>",
    b"<base href=//evil.test/>",
    b"<meta http-equiv=refresh content=0;url=//evil.test>",
    b"<style>@import'//evil.test'</style>",
    b"</style><script>window.ran=1</script>",
    b"<!--<script>",
    b"--><script>window.ran=1</script>",
    b"]]><script>window.ran=1</script>",
    b"</pre></article></main><h1>owned</h1>",
    b"</title></textarea></noscript><b>owned</b>",
    b'"><script>window.ran=1</script>',
    b"' onmouseover='window.ran=1",
    b'" autofocus onfocus="window.ran=1',
    b"`${window.ran=1}`",
    b"javascript:window.ran=1",
    b"data:text/html,<script>window.ran=1</script>",
    b"{{ 7*7 }}{% raw %}{{ self.__init__ }}",
    b"{% include 'audit.html.j2' %}",
    b"${7*7}#{7*7}<%= 7*7 %>",
    b"&lt;script&gt;&amp;&#x3c;",
    b"\xe2\x80\xa8\xe2\x80\xa9",
    b"\xe2\x80\xaegnp.exe\xe2\x80\xac",
    b"\xe2\x81\xa6abc\xe2\x81\xa9\xd8\x9c",
    b"\xef\xbb\xbf\xe2\x80\x8b\xe2\x80\x8d",
    b"\xf3\xa0\x81\x81\xf3\xa0\x81\xbf",
    b"\xc0\xbcscript\xc0\xbe",
    b"\xed\xa0\x80\xed\xb0\x80",
    b"\xff\xfe<\x00s\x00",
    b"\x1b]0;owned\x07\x1b[2J",
    b"%3Cscript%3E%0d%0aX:1",
    b"$(touch owned)`id`;|&&",
    b"'; touch owned; '",
    b"@/etc/hostname",
    b"\\u003cscript\\u003e\\",
    b"+ADw-script+AD4-",
    b"=cmd|' /C calc'!A0",
)
HARMLESS = b"harmless words"


def _is_text(payload: bytes) -> bool:
    return b"\x00" not in payload and payload.decode("utf-8", "ignore").encode() == payload


def carrier(ident: int, payload: bytes) -> Exchange:
    """A call that carries the payload in its path, headers, bodies, reasons, log and ids, on both sides."""
    text = payload.decode("utf-8", "surrogateescape")
    # Bytes that are no text make a binary body, which has another view; tests/audit/test_bodies.py has those.
    words = payload if _is_text(payload) else HARMLESS
    call = sample.Call(
        b"/x" + payload,
        sample.ok(b"x " + words, (b"X-Back", payload), (b"X-Back" + payload, b"1"), reason=payload),
        method=b"POST",
        headers=((b"X-Sent", payload), (b"X-Sent" + payload, b"1"), (b"X-Fc-Bad", payload)),
        body=b"x " + words,
        log=payload,
    )
    made = sample.make(ident, call, sample.START_US)
    assert isinstance(made.client.request, Request)
    assert made.server
    assert isinstance(made.server.response, Response)
    return replace(
        made,
        facts=replace(made.facts, function=text, seed=replace(made.facts.seed, request_id=text)),
        advice=(Advice("rule" + text, Leg.REQUEST, text),),
        transforms=(*made.transforms, replace(made.transforms[0], rule_id="rule" + text)),
        failure=Failure.CLOSED,
        failure_text=text,
        error_code=text,
        raw=payload,
    )
