"""Every place of an exchange that holds a body, in one fixed order, so that bodies can be exchanged for others.

The first four are those of the views (MESSAGES); those of changes follow. Must not know: why.
Read next: sealing.py, unsealing.py.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gateway.changes import Part, Transform
from gateway.exchange import Exchange, View
from gateway.messages import Body, BodyRef, Headers, Request, Response

if TYPE_CHECKING:
    from collections.abc import Sequence


MESSAGES = 4
"""Places that are bodies of messages: the client's request and answer, the server's request and answer."""


def body_slots(exchange: Exchange) -> list[tuple[Headers, Body]]:
    """The bodies, each with the headers that describe it; b"" where a message is missing."""
    messages = _messages(exchange)
    slots: list[tuple[Headers, Body]] = [(each.headers, each.body) if each else ((), b"") for each in messages]
    for transform in exchange.transforms:
        if transform.part is Part.BODY:
            slots += [((), getattr(transform, name)) for name in _sides(transform)]
    return slots


def with_bodies(exchange: Exchange, bodies: Sequence[Body]) -> Exchange:
    """The exchange with these bodies in the places that body_slots names."""
    left = iter(bodies)

    def message(found: Any) -> Any:  # noqa: ANN401 - a request, a response or None, and the same comes back
        body = next(left)
        return replace(found, body=body) if isinstance(found, Request | Response) else None

    def view(found: View) -> View:
        return View(message(found.request), message(found.response))

    def transform(found: Transform) -> Transform:
        sides: dict[str, Any] = {name: next(left) for name in _sides(found)}
        return replace(found, **sides) if sides else found

    client, server = view(exchange.client), view(exchange.server or View())
    transforms = tuple(transform(each) for each in exchange.transforms)
    return replace(exchange, client=client, server=exchange.server and server, transforms=transforms)


def readable_body(exchange: Exchange, message: Request | Response | None) -> Body | None:
    """What is kept to be read of a sealed compressed body of one of its messages; None when nothing is."""
    if not exchange.readable or message is None:
        return None
    kept = dict(exchange.readable)
    return next((kept[at] for at, found in enumerate(_messages(exchange)) if found is message and at in kept), None)


def named_bodies(exchange: Exchange) -> set[BodyRef]:
    """The large bodies that an exchange names and does not hold."""
    bodies = (*(body for _, body in body_slots(exchange)), *(body for _, body in exchange.readable))
    return {body for body in bodies if isinstance(body, BodyRef)}


def _messages(exchange: Exchange) -> list[Request | Response | None]:
    views = (exchange.client, exchange.server or View())
    return [message for view in views for message in (view.request, view.response)]


def _sides(transform: Transform) -> list[str]:
    if transform.part is not Part.BODY:
        return []
    return [name for name in ("before", "after") if isinstance(getattr(transform, name), bytes | BodyRef)]
