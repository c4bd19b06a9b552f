"""The authConfig of an s.yaml's trigger or domain with authType jwt, as the fields of config.Jwt.

The component writes a mapping, FC's own API a JSON text of the same with capitals; both are read. Claims are not
passed on, so that part is left alone. Must not know: YAML, files. Read next: serverless_devs.py (who asks).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gateway.serverless_devs import Reading
    from gateway.shape import Path

_LISTS = {"whitelist": "white_list", "blacklist": "black_list"}
_KNOWN = ("jwks", "tokenlookup", "claimpassby", *_LISTS)


def jwt(reading: Reading, given: Any, path: Path, own: Path) -> dict[str, Any]:  # noqa: ANN401 - any YAML value
    """The settings of a token check. What is wrong is noted in the reading."""
    into: dict[str, Any] = {}
    reading.places[own] = path
    parts = {str(key).lower(): value for key, value in _mapping(reading, given, path).items()}
    for key in parts:
        if key not in _KNOWN:
            reading.refuse(path, f"unknown key {key}; known are jwks, tokenLookup, claimPassBy, whitelist, blacklist")
    if keys := parts.get("jwks"):
        into["keys"] = keys if isinstance(keys, str) else json.dumps(keys)
    if lookup := parts.get("tokenlookup"):
        into["token_lookup"] = lookup if isinstance(lookup, str) else ",".join(map(_place, lookup))
    for theirs, ours in _LISTS.items():
        if parts.get(theirs):
            into[ours] = parts[theirs]
    return into


def _mapping(reading: Reading, given: Any, path: Path) -> Mapping[Any, Any]:  # noqa: ANN401 - any YAML value
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            given = None
    if isinstance(given, Mapping):
        return given
    reading.refuse(path, "a mapping is expected here, or the same as JSON")
    return {}


def _place(one: Any) -> str:  # noqa: ANN401 - any YAML value
    """One place of a token as the component writes it: position, name, and a header's prefix."""
    if not isinstance(one, Mapping):
        return str(one)
    parts = [one.get("readPosition", ""), one.get("parameterName", ""), one.get("prefix", "")]
    return ":".join(str(part) for part in parts if part)
