"""Where a request carries its JSON Web Token, and which paths need one. Contract AUTH-5.

The signature is a matter of cryptography, which a shell checks. Must not know: keys, claims. Read next: check.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from gateway.messages import get, get_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.config import Jwt
    from gateway.messages import Request

POSITIONS = ("header", "query", "cookie", "form")
"""Where FC looks for tokens. A form is a body, which this gateway does not look into."""


def places(jwt: Jwt) -> list[tuple[str, str, str]]:
    """Position, name and prefix of each place of a token, in the order of `token_lookup`."""
    found = []
    for place in filter(None, (text.strip() for text in jwt.token_lookup.split(","))):
        position, _, rest = place.partition(":")
        name, _, prefix = rest.partition(":")
        found.append((position, name, prefix))
    return found


def needs_token(request: Request, jwt: Jwt) -> bool:
    """Whether the request's path asks for a token. ASSUMED: paths are compared as the client wrote them."""
    path = request.target.partition(b"?")[0].decode("latin-1")
    if jwt.black_list:
        return _is_listed(path, jwt.black_list)
    return not _is_listed(path, jwt.white_list)


def token_of(request: Request, jwt: Jwt) -> str | None:
    """The first token found; "" when there is none, None when it may be in a form."""
    found = next(filter(None, _candidates(request, jwt)), "")
    may_be_in_form = any(position == "form" for position, _, _ in places(jwt))
    return None if not found and may_be_in_form else found


def _candidates(request: Request, jwt: Jwt) -> Iterator[str]:
    for position, name, prefix in places(jwt):
        if position == "header":
            yield _without(prefix, (get(request.headers, name.lower().encode()) or b"").decode("latin-1"))
        elif position == "query":
            yield _pair(request.target.partition(b"?")[2], b"&", name)
        elif position == "cookie":
            yield _pair(b";".join(get_all(request.headers, b"cookie")), b";", name)


def _without(prefix: str, value: str) -> str:
    """A header's value without its prefix; "" when it has another one."""
    if not prefix:
        return value.strip()
    kind, _, rest = value.strip().partition(" ")
    return rest.strip() if kind.lower() == prefix.lower() else ""


def _pair(text: bytes, between: bytes, name: str) -> str:
    """The value of a name in a query or a Cookie field."""
    for one in text.split(between):
        key, _, value = one.strip().partition(b"=")
        if unquote_to_bytes(key) == name.encode():
            return unquote_to_bytes(value).decode("latin-1").strip('"')
    return ""


def _is_listed(path: str, listed: tuple[str, ...]) -> bool:
    return any(path.startswith(one[:-1]) if one.endswith("*") else path == one for one in listed)
