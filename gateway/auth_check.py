"""What is wrong with how a trigger or a domain asks its callers who they are.

Must not know: how the config was written, how callers are checked. Read next: config_check.py (who asks).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from gateway.auth.jwt_lookup import POSITIONS, places
from gateway.shape import Path, Problem, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.config import Jwt

AUTH_TYPES = ("anonymous", "function", "jwt", "basic", "bearer")


def check_auth(kind: str, jwt: Jwt, path: Path) -> Iterator[Problem]:
    """Every problem of one trigger's or domain's settings."""
    if kind not in AUTH_TYPES:
        yield Problem((*path, "auth_type"), f"{kind!r} is not possible{nearest(kind, list(AUTH_TYPES))}")
    here = (*path, "jwt")
    if jwt.keys and not _is_key_set(jwt.keys):
        yield Problem((*here, "keys"), 'this is no JSON Web Key Set: {"keys": [{"kty": ...}]}')
    for position, name, _ in places(jwt):
        if position not in POSITIONS or not name:
            text = f"{position!r} is not possible{nearest(position, list(POSITIONS))}, each with a name after a colon"
            yield Problem((*here, "token_lookup"), text)
    if jwt.white_list and jwt.black_list:
        yield Problem((*here, "black_list"), "FC takes a white list or a black list, not both")


def _is_key_set(text: str) -> bool:
    try:
        found = json.loads(text)
    except ValueError:
        return False
    keys = found.get("keys") if isinstance(found, dict) else None
    return isinstance(keys, list) and all(isinstance(one, dict) and "kty" in one for one in keys)
