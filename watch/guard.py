"""Who may see a live page: a browser of this machine that was given the token of this start, and no other page in it.

Before anything is read: the Host must be ours (a name that an attacker points here is not: DNS rebinding), the
request must come from our own page or the address bar (Sec-Fetch-Site, Origin), and without the cookie that the
token was exchanged for there is nothing at all. The cookie belongs to a folder that nobody can guess, because
browsers send a cookie to every port of a host, the server under test included. Reliability, threat T14.
Must not know: what is shown. Read next: app.py.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "fc-replay"
_EFFECT = "x-fc-replay"

HEADERS = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
"""On every answer."""

NO_PAGE = b"default-src 'none'; frame-ancestors 'none'"
"""The policy of every answer that brings none of its own."""

CLOSED = "Open the address that fc-replay printed when it started: it holds the token of this start.\n"


def _random() -> str:
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class Keys:
    """What a start makes up. `token` opens the door, `session` is what the cookie says, `room` is the folder."""

    token: str = field(default_factory=_random)
    session: str = field(default_factory=_random)
    room: str = field(default_factory=lambda: secrets.token_hex(12))


class Guard:
    """Stands before the app. `hosts`: what a Host header may say."""

    def __init__(self, app: ASGIApp, port: int, keys: Keys) -> None:
        self._app = app
        self._keys = keys
        names = ("127.0.0.1", "localhost")
        self.hosts = frozenset(f"{name}:{port}" for name in names) | (frozenset(names) if port == 80 else frozenset())
        self.url = f"http://127.0.0.1:{port}/?token={keys.token}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI: http alone."""
        if scope["type"] != "http":
            return
        request = Request(scope)
        answer = self._refusal(request) or self._opened(request) or self._closed(request)
        await (answer or self._app)(scope, receive, _hardened(send))

    def _refusal(self, request: Request) -> Response | None:
        """The request comes from where none may come from."""
        headers = request.headers
        if headers.getlist("host") not in ([host] for host in self.hosts):
            return _no("This Host is not the live page's.\n", 421)
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        if origin is not None and origin not in (f"http://{host}" for host in self.hosts):
            return _no("Another origin may not ask.\n")
        if site not in (None, "same-origin", "none"):
            return _no("Another page may not ask. If you followed a link, paste its address into the address bar.\n")
        if request.method not in ("GET", "HEAD") and not (_EFFECT in headers and (origin or site == "same-origin")):
            return _no("Only the live page itself may do that.\n")
        return None

    def _opened(self, request: Request) -> Response | None:
        """The token is exchanged for the cookie, and leaves the address."""
        token = request.query_params.get("token")
        if request.url.path != "/" or token is None or request.method != "GET":
            return None
        if not hmac.compare_digest(token.encode(), self._keys.token.encode()):
            return _no(CLOSED)
        path = f"/{self._keys.room}/"
        answer = RedirectResponse(path, 303)
        answer.set_cookie(COOKIE, self._keys.session, path=path, httponly=True, samesite="strict")
        return answer

    def _closed(self, request: Request) -> Response | None:
        session = request.cookies.get(COOKIE, "")
        return None if hmac.compare_digest(session.encode(), self._keys.session.encode()) else _no(CLOSED)


def _no(text: str, status: int = 403) -> Response:
    return PlainTextResponse(text, status)


def _hardened(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [*message["headers"], *HEADERS]
            if not any(name == b"content-security-policy" for name, _ in headers):
                headers.append((b"content-security-policy", NO_PAGE))
            message = {**message, "headers": headers}
        await send(message)

    return sending
