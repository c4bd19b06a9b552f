"""fc_credentials: by what callers are checked. A YAML or JSON file, or `env`: the variables that Alibaba's SDKs read.

Never part of the config, so that it is never recorded; no message shows a value. Must not know: how callers are checked
(gateway/auth/check.py). Read next: guard.py.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from addons.refusal import Exit, StartRefused
from gateway.auth.check import Credentials
from gateway.shape import nearest

ENVIRONMENT = "env"
"""The option's value that asks for the two variables below."""

KEY_ID, SECRET = "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"

LARGEST_BYTES = 1024 * 1024
KINDS = ("keys", "users", "tokens")
"""`keys`: secrets by access key id. `users`: passwords by name. `tokens`: a list."""


def read_credentials(wanted: str, environment: Mapping[str, str] = os.environ) -> Credentials:
    """What the option names; nothing for "". Raises StartRefused(OPTION)."""
    if not wanted:
        return Credentials()
    if wanted != ENVIRONMENT:
        return _of_file(Path(wanted).expanduser())
    key_id, secret = environment.get(KEY_ID, ""), environment.get(SECRET, "")
    if not (key_id and secret):
        raise StartRefused(Exit.OPTION, f"fc_credentials=env: set {KEY_ID} and {SECRET}, or name a file")
    return Credentials({key_id: secret})


def _of_file(path: Path) -> Credentials:
    document = _parsed(path)
    if not isinstance(document, Mapping) or not document:
        raise _refused(path, f"is no mapping; it may hold {', '.join(KINDS)}")
    for name in document:
        if name not in KINDS:
            raise _refused(path, f"has an unknown key {str(name)!r}{nearest(str(name), list(KINDS))}")
    tokens = document.get("tokens") or []
    if not isinstance(tokens, list) or not all(isinstance(one, str) and one for one in tokens):
        raise _refused(path, "tokens must be a list of texts (write numbers in quotes)")
    return Credentials(_texts(path, document, "keys"), _texts(path, document, "users"), tuple(map(str, tokens)))


def _texts(path: Path, document: Mapping[Any, Any], kind: str) -> dict[str, str]:
    given = document.get(kind) or {}
    if not isinstance(given, Mapping) or not all(isinstance(one, str) and one for one in given.values()):
        raise _refused(path, f"{kind} must be a mapping of names to texts (write numbers in quotes)")
    return {str(name): str(value) for name, value in given.items()}


def _parsed(path: Path) -> Any:
    from ruamel.yaml import YAML  # noqa: PLC0415 - 60 ms that only a file costs
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415 - the same

    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise _refused(path, "is larger than 1 MiB; this is not a file of credentials")
        return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise _refused(path, f"cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, RecursionError, YAMLError) as error:
        # The parser's own words quote the line, which may be a secret.
        raise _refused(path, "is not YAML or JSON") from error


def _refused(path: Path, text: str) -> StartRefused:
    return StartRefused(Exit.OPTION, f"fc_credentials {path} {text}")
