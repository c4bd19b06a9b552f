"""The recording's key: pseudonyms and ciphertext are made with it, and it lies outside the database.

Whoever gets the database alone learns nothing about a sealed value, not even by guessing.
Must not know: what is sealed. Read next: sealing.py, unsealing.py.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from store.errors import Missing

if TYPE_CHECKING:
    from store.recording import Recording

_NONCE = 12
_KEY = 32


class Key:
    """Tags and seals values. Same key and value: same tag; every seal differs."""

    def __init__(self, secret: bytes) -> None:
        self._tag_key = hmac.digest(secret, b"tag", "sha256")
        self._cipher = AESGCM(hmac.digest(secret, b"seal", "sha256"))

    def tag(self, value: bytes) -> str:
        """64 hexadecimal characters that stand for a value."""
        return hmac.digest(self._tag_key, value, "sha256").hex()

    def seal(self, value: bytes, name: bytes) -> bytes:
        """The value encrypted (AES-256-GCM) and bound to its name."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, value, name)

    def open(self, sealed: bytes, name: bytes) -> bytes | None:
        """What was sealed under this name; None when this is not its key, or a bit has changed."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], name)
        except (InvalidTag, ValueError):
            return None


def key_path(recording: Recording) -> Path:
    """Where the key of a recording lies: beside the file, or in the user's data folder for a server."""
    if recording.path:
        return recording.path.with_name(recording.path.name + ".key")
    base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "fc-replay" / (hashlib.sha256(recording.place.encode()).hexdigest()[:16] + ".key")


def make_key(recording: Recording) -> Key:
    """The recording's key; a new one, readable by its owner alone, when it has none."""
    path = key_path(recording)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, 0o600)
            file.write(os.urandom(_KEY))
            file.flush()
            os.fsync(descriptor)
    return find_key(recording)


def find_key(recording: Recording) -> Key:
    """The recording's key. Raises Missing when it is not on this machine."""
    path = key_path(recording)
    try:
        secret = path.read_bytes()
    except FileNotFoundError:
        raise Missing("the key of this recording is not here", str(path), "Its sealed values stay sealed.") from None
    if len(secret) != _KEY:
        raise Missing("this is not a key", str(path))
    return Key(secret)
