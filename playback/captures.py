"""Values that must change on the way: a login's token, a created id. Captured from an answer, put into later requests.

A capture compares the recorded answer with the one of now at one place; where the values differ, the recorded one
is replaced by the new one in everything that follows, requests and the answers they are held to.
Must not know: files, sockets. Read next: capture_file.py, send.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from gateway.messages import BodyRef, body_size
from playback.findings import Finding, Kind
from playback.keys import leaves
from playback.plain import read_body
from playback.values import leaf_text, member_path

if TYPE_CHECKING:
    from gateway.messages import Headers, Request, Response

PLACES = ("path", "query", "headers", "body")
"""Where a captured value may go."""


@dataclass(frozen=True, slots=True)
class Capture:
    """One capture rule.

    `source`: the place in the answer, such as `body.token`, `headers.location` or `headers.set-cookie.sid`.
    `method` and `route` say in the answers to which calls; `into` which parts of requests get the value.
    """

    name: str
    source: str
    method: str = "*"
    route: str = "*"
    into: tuple[str, ...] = PLACES

    def is_for(self, request: Request) -> bool:
        """Whether the answer to this request is captured from."""
        route = request.target.partition(b"?")[0].decode("utf-8", "backslashreplace")
        return fnmatchcase(request.method.decode("latin-1"), self.method) and fnmatchcase(route, self.route)


@dataclass(slots=True)
class Captures:
    """What has been captured in one replay. `used`: the names of the rules that found a value."""

    rules: tuple[Capture, ...] = ()
    used: set[str] = field(default_factory=set)
    _pairs: dict[tuple[str, str, str], str] = field(default_factory=dict)
    _values: dict[str, dict[bytes, bytes]] = field(default_factory=dict)

    def learn(self, request: Request, recorded: Response, now: Response) -> None:
        """Look at an answer: remember which recorded value is which value now."""
        for rule in self.rules:
            if not rule.is_for(request):
                continue
            old, new = value_at(recorded, rule.source), value_at(now, rule.source)
            if old and new:
                self.used.add(rule.name)
                self._pairs[rule.source, old, new] = rule.name
                for place in rule.into:
                    self._values.setdefault(place, {})[old.encode()] = new.encode()

    def forgiven(self, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """The findings, those at a rule's own place forgiven where they are the very values that it captured."""
        return tuple(self._forgiven(finding) for finding in findings) if self._pairs else findings

    def _forgiven(self, finding: Finding) -> Finding:
        rule = self._pairs.get((finding.path, finding.recorded or "", finding.now or ""))
        return finding if rule is None else Finding(Kind.NOISE, finding.path, rule=rule)

    def unused(self) -> tuple[str, ...]:
        """The names of rules that found nothing."""
        return tuple(rule.name for rule in self.rules if rule.name not in self.used)

    def into_request(self, request: Request) -> Request:
        """The request with new values in the place of the recorded ones."""
        if not self._values:
            return request
        path, mark, query = request.target.partition(b"?")
        target = self._text("path", path) + mark + self._text("query", query)
        headers, body = self._headers_and_body(request)
        return replace(request, target=target, headers=headers, body=body)

    def into_recorded(self, response: Response) -> Response:
        """The recorded answer as it would read with the new values: servers tell them back."""
        if not self._values:
            return response
        headers, body = self._headers_and_body(response)
        return replace(response, headers=headers, body=body)

    def _headers_and_body(self, message: Request | Response) -> tuple[Headers, bytes | BodyRef]:
        body = message.body if isinstance(message.body, BodyRef) else self._text("body", message.body)
        grown = body_size(body) - body_size(message.body)
        headers = tuple((name, self._text("headers", value)) for name, value in message.headers)
        return with_length(headers, grown), body

    def _text(self, place: str, text: bytes) -> bytes:
        for old, new in self._values.get(place, {}).items():
            if old in text:
                # Whole words alone: the id 7 is no part of 17.
                word = rb"(?<![A-Za-z0-9])" + re.escape(old) + rb"(?![A-Za-z0-9])"
                text = re.sub(word, new.replace(b"\\", rb"\\"), text)
        return text


def value_at(response: Response, source: str) -> str | None:
    """The text at a place of an answer, None when there is none."""
    for name, value in response.headers:
        text = value.decode("utf-8", "backslashreplace")
        path = member_path("headers", name.lower().decode("latin-1"))
        if path == source:
            return text
        if path == "headers.set-cookie":
            cookie, _, rest = text.partition("=")
            if member_path(path, cookie.strip()) == source:
                return rest.partition(";")[0]
    if not source.startswith("body") or isinstance(response.body, BodyRef):
        return None
    _, tree = read_body(response.body, response.headers)
    return next((leaf_text(value) for path, value in leaves("body", tree) if path == source), None)


def with_length(headers: Headers, grown: int) -> Headers:
    """The Content-Length that a body has after a value of another length was put into it."""
    if not grown:
        return headers
    return tuple(
        (name, b"%d" % (int(value) + grown)) if name.lower() == b"content-length" and value.isdigit() else (name, value)
        for name, value in headers
    )
