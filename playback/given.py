"""Values that a user gives for sealed ones: `--secret NAME=env:VAR`, and their way into stored messages.

A value never stands in the command itself, where a shell's history and a process list would keep it.
Must not know: keys. Read next: vault.py.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.exchange import View
from gateway.messages import BodyRef, Request, Response, body_size
from playback.captures import with_length
from playback.errors import BadOption
from store.secret_shapes import TAG

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from gateway.conversation import Message
    from gateway.exchange import Exchange
    from gateway.messages import Body, Headers

_LONGEST_TAG = 24
_GIVEN = re.compile(r"([^=]+)=(env|file):(.+)\Z")


class BadSecret(BadOption):
    """A `--secret` that names no pseudonym, or a value that is not there."""


def parse_secrets(texts: Iterable[str]) -> dict[bytes, bytes]:
    """Pseudonym -> value, from `NAME=env:VAR` and `NAME=file:PATH`. Raises BadSecret."""
    return dict(_given(text) for text in texts)


def _given(text: str) -> tuple[bytes, bytes]:
    found = _GIVEN.match(text)
    if found is None or TAG.fullmatch(found[1].encode()) is None:
        raise BadSecret("a secret is given as NAME=env:VAR or NAME=file:PATH, NAME as in secret:0123456789ab")
    name, way, place = found.groups()
    if way == "env":
        if place not in os.environ:
            raise BadSecret(f"the environment has no {place} for {name}")
        return name.encode(), os.environb[place.encode()]
    try:
        return name.encode(), Path(place).read_bytes().removesuffix(b"\n")
    except OSError as error:
        raise BadSecret(f"cannot read {place} for {name}: {error.strerror}") from error


def tags_in(request: Request, given: Mapping[bytes, bytes], load: Callable[[BodyRef], Iterable[bytes]]) -> list[str]:
    """The pseudonyms in a request that no given value stands for, each once. `load`: the pieces of a large body."""
    texts = [request.target, *(value for _, value in (*request.headers, *request.trailers))]
    found = [tag for text in texts for tag in TAG.findall(text) if tag not in given]
    found += [tag for tag in _tags_in_body(request.body, load) if isinstance(request.body, BodyRef) or tag not in given]
    return [tag.decode() for tag in dict.fromkeys(found)]


def _tags_in_body(body: Body, load: Callable[[BodyRef], Iterable[bytes]]) -> list[bytes]:
    """A large body keeps its fillers even where values are given, so whatever is sealed in it is missing."""
    if not isinstance(body, BodyRef):
        return TAG.findall(body)
    found, end = [], b""
    for piece in load(body):
        found += TAG.findall(end + piece)
        end = piece[-_LONGEST_TAG:]
    return found


def said_with(message: Message, values: Mapping[bytes, bytes]) -> Message:
    """The message with each key of `values` replaced by its value; padding that kept a length goes with it."""
    content = message.content
    if isinstance(content, BodyRef) or not values:
        return message
    for old, new in values.items():
        content = re.sub(re.escape(old) + rb"\**", lambda _, new=new: new, content)  # type: ignore[misc]
    return replace(message, content=content)


def with_values(exchange: Exchange, values: Mapping[bytes, bytes]) -> Exchange:
    """The exchange with both views changed: each key of `values` replaced by its value."""

    def text(data: bytes) -> bytes:
        for old, new in values.items():
            data = data.replace(old, new) if old else data
        return data

    def headers(lines: Headers) -> Headers:
        return tuple((name, text(value)) for name, value in lines)

    def message[M: Request | Response](found: M | None) -> M | None:
        if found is None:
            return None
        body = found.body if isinstance(found.body, BodyRef) else text(found.body)
        lines = with_length(headers(found.headers), body_size(body) - body_size(found.body))
        changed = replace(found, headers=lines, trailers=headers(found.trailers), body=body)
        return replace(changed, target=text(changed.target)) if isinstance(changed, Request) else changed

    def view(found: View) -> View:
        return View(message(found.request), message(found.response))

    return replace(exchange, client=view(exchange.client), server=exchange.server and view(exchange.server))
