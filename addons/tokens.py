"""JSON Web Tokens: whether one is signed by a key of a key set, and good at a moment. Contract AUTH-5.

The cryptography is PyJWT's; the moment is the call's own. Must not know: where tokens are found
(gateway/auth/jwt_lookup.py), what a refused caller is told (gateway/rules/auth.py). Read next: guard.py.
"""

from __future__ import annotations

import json
import math
from typing import Any

ALGORITHMS = ("EdDSA", *(f"{kind}{bits}" for kind in ("HS", "RS", "PS", "ES") for bits in (256, 384, 512)))
"""What FC's page lists; `none` is not among them."""

UNCHECKED_CLAIMS = dict.fromkeys(("exp", "nbf", "iat", "aud", "iss", "sub", "jti"), False)
"""PyJWT would compare times with its own clock; FC says nothing of the others."""


def load() -> None:
    """Read the library now: with its cryptography it takes 50 ms, in which every other call would wait."""
    import jwt  # noqa: F401, PLC0415 - only a config with a key set needs it


def problem(token: str, keys: str, now_s: float) -> str:
    """Why a token is not good, as a phrase; "" when it is. `keys`: a JSON Web Key Set as text."""
    import jwt  # noqa: PLC0415 - see load

    try:
        header = jwt.get_unverified_header(token)
        key = _key(header, keys)
        if key is None:
            return f"no key of the set has the kid {header.get('kid', '')!r}"
        options: Any = {f"verify_{name}": flag for name, flag in UNCHECKED_CLAIMS.items()}
        # A key that names its algorithm takes no other; the class of the algorithm refuses keys of another type.
        chosen = jwt.PyJWK(key, key.get("alg") or str(header.get("alg")))
        claims = jwt.decode(token, chosen, algorithms=list(ALGORITHMS), options=options)
        return _out_of_time(claims, now_s)
    except (jwt.PyJWTError, NotImplementedError, ArithmeticError, ValueError, TypeError, RecursionError) as error:
        return f"{type(error).__name__}: {error}"


def _key(header: dict[str, Any], keys: str) -> dict[str, Any] | None:
    """The key of the token's kid, else the one without; FC allows at most one of those."""
    known = json.loads(keys)["keys"]
    by_kid = [one for one in known if one.get("kid") and one.get("kid") == header.get("kid")]
    return next(iter(by_kid or [one for one in known if not one.get("kid")]), None)


def _out_of_time(claims: dict[str, Any], now_s: float) -> str:
    for name, sign in (("exp", 1), ("nbf", -1)):
        moment = claims.get(name)
        if moment is None:
            continue
        if isinstance(moment, bool) or not isinstance(moment, int | float) or not math.isfinite(moment):
            return f"{name} is not a number"
        left_s = sign * (moment - now_s)
        if left_s < 0:
            return f"it expired {-left_s:.0f} s ago" if sign > 0 else f"it is not good for another {-left_s:.0f} s"
    return ""
