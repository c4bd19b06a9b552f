"""An exchange with every text in it put through one function: heads, changes, logs, reasons; bodies stay.

What pseudonyms can stand in is walked here, whoever replaces them. Must not know: what is replaced.
Read next: unsealing.py, sealing.py.
"""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gateway.changes import Part
from gateway.exchange import View
from store import sealing_heads as heads

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.changes import Transform
    from gateway.exchange import Exchange, Interim
    from gateway.messages import Body, Headers, Request, Response

type Retell = Callable[[bytes], bytes]
"""What is made of each text."""


def retold(exchange: Exchange, text: Retell) -> Exchange:
    """The exchange with each of its texts replaced; inside X-Fc-Log-Result it is the text behind the base64."""
    facts, failure = exchange.facts, exchange.failure_text.encode("utf-8", "surrogatepass")
    return replace(
        exchange,
        client=_view(exchange.client, text),
        server=exchange.server and _view(exchange.server, text),
        transforms=tuple(_transform(each, text) for each in exchange.transforms),
        facts=replace(facts, log_tail=facts.log_tail and text(facts.log_tail)),
        log=text(exchange.log),
        raw=text(exchange.raw),
        interim=tuple(_early(each, text) for each in exchange.interim),
        failure_text=text(failure).decode("utf-8", "surrogatepass"),
    )


def _view(view: View, text: Retell) -> View:
    return View(_message(view.request, text), _message(view.response, text))


def _message(found: Any, text: Retell) -> Any:  # noqa: ANN401 - a request, a response or None, and the same comes back
    if found is None:
        return None
    message: Request | Response = found
    changed: dict[str, Any] = {
        "headers": _headers(message.headers, text),
        "trailers": _headers(message.trailers, text),
    }
    if hasattr(message, "target"):
        changed["target"] = text(message.target)
    return replace(message, **changed)


def _early(interim: Interim, text: Retell) -> Interim:
    head = _message(interim.head, text)
    return replace(interim, head=replace(head, reason=text(head.reason)))


def _transform(transform: Transform, text: Retell) -> Transform:
    if transform.part is Part.BODY:
        return transform
    return replace(transform, before=_side(transform.before, text), after=_side(transform.after, text))


def _side(side: Headers | Body | None, text: Retell) -> Headers | Body | None:
    if isinstance(side, tuple):
        return _headers(side, text)
    return text(side) if isinstance(side, bytes) else side


def _headers(headers: Headers, text: Retell) -> Headers:
    return tuple((name, _header(name, value, text)) for name, value in headers)


def _header(name: bytes, value: bytes, text: Retell) -> bytes:
    if name.lower() == heads.LOG_RESULT and (told := heads.log_text(value)) is not None:
        return base64.b64encode(text(told))
    return text(value)
