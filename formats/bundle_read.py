"""Read a bug bundle that a stranger may have made: names, sizes and digests are checked before anything is used.

Nothing is ever unpacked to a path that the file names. Must not know: secrets, databases. Read next: bundle.py.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
import zlib
from collections import Counter
from typing import TYPE_CHECKING, Any, BinaryIO

from formats.bundle import FORMAT, VERSION
from formats.bundle_messages import MEMBER as MESSAGES
from formats.bundle_messages import read_message
from formats.plain import BadPlain, from_plain
from gateway.exchange import Exchange
from store.errors import Damaged, Missing, NewerVersion, NotOurs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gateway.conversation import Message
    from gateway.messages import BodyRef

MOST_BYTES = 8 * 1024**3
"""Unpacked size of a bundle that is read."""

_MOST_LINE = 64 * 1024 * 1024
_MOST_RATIO = 1100  # deflate packs at most 1032 to 1; more is a lie about sizes
_PIECE = 256 * 1024
_NAME = re.compile(
    r"(?:manifest\.json|exchanges\.jsonl|configs\.json|README\.txt|messages\.jsonl|noise\.toml|bodies/[0-9a-f]{64})\Z"
)


class Bundle:
    """A bundle that is being read. Every digest holds, or opening raised Damaged."""

    def __init__(self, path: Path) -> None:
        """Open and check. Raises NotOurs, NewerVersion, Damaged or Missing."""
        self._place = str(path)
        try:
            self._zip = zipfile.ZipFile(path)
        except OSError as error:
            raise Missing(f"it cannot be read ({error.strerror})", self._place) from error
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise Damaged(f"it is no whole bundle ({error})", self._place) from error
        self._check_names()
        self.manifest = self._manifest()
        self._check_digests()
        self.rules_version = str(self.manifest.get("rules_version", ""))
        self.sealed = bool(self.manifest.get("sealed"))
        self.notes: Counter[str] = Counter()

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()

    def exchanges(self) -> Iterator[Exchange]:
        """The exchanges in their order. Raises Damaged."""
        with self._open("exchanges.jsonl") as member:
            while line := member.readline(_MOST_LINE + 1):
                if len(line) > _MOST_LINE:
                    raise Damaged("a line is too long", self._place)
                try:
                    yield from_plain(Exchange, json.loads(line))
                except (BadPlain, ValueError, RecursionError) as error:
                    raise Damaged(f"an exchange cannot be read ({error})", self._place) from error

    def messages(self) -> Iterator[tuple[int, Message]]:
        """What was said in conversations: the exchange and the message, in their order. Raises Damaged."""
        if MESSAGES not in self._zip.namelist():
            return
        with self._open(MESSAGES) as member:
            while line := member.readline(_MOST_LINE + 1):
                try:
                    yield read_message(line)
                except BadPlain as error:
                    raise Damaged(f"a message cannot be read ({error})", self._place) from error

    def configs(self) -> dict[str, dict[str, Any]]:
        """The configs by their digests. Raises Damaged."""
        found = self._object("configs.json")
        if not all(isinstance(config, dict) for config in found.values()):
            raise Damaged("a config is no object", self._place)
        return found

    def noise(self) -> str:
        """The noise rules that came along, "" without any. Raises Damaged."""
        if "noise.toml" not in self._zip.namelist():
            return ""
        try:
            return b"".join(self._pieces("noise.toml")).decode("utf-8")
        except UnicodeDecodeError as error:
            raise Damaged("its noise rules are no text", self._place) from error

    def body_pieces(self, ref: BodyRef) -> Iterator[bytes]:
        """A large body in pieces. Raises Damaged when it is not in the bundle."""
        name = f"bodies/{ref.digest.hex()}"
        if name not in self._zip.namelist() or self._zip.getinfo(name).file_size != ref.size:
            raise Damaged(f"the body {ref.digest.hex()[:12]} is missing", self._place)
        yield from self._pieces(name)

    def _check_names(self) -> None:
        infos = self._zip.infolist()
        names = [info.filename for info in infos]
        odd = [name for name in names if not _NAME.match(name)]
        if "manifest.json" not in names:
            raise NotOurs("it is a zip, but no bundle of fc-replay", self._place)
        if odd or len(names) != len(set(names)):
            raise Damaged("it holds members that do not belong in a bundle", self._place)
        if any(info.flag_bits & 1 or (info.create_system == 3 and info.external_attr >> 28 == 0xA) for info in infos):
            raise Damaged("it holds encrypted members or links", self._place)
        total = sum(info.file_size for info in infos)
        if total > MOST_BYTES or any(info.file_size > _MOST_RATIO * (info.compress_size + 100) for info in infos):
            raise Damaged("it would unpack to far more than it should", self._place)

    def _manifest(self) -> dict[str, Any]:
        told = self._object("manifest.json")
        if (
            told.get("format") != FORMAT
            or type(told.get("version")) is not int
            or not isinstance(told.get("members"), dict)
        ):
            raise NotOurs("it is a zip, but no bundle of fc-replay", self._place)
        if told["version"] > VERSION:
            raise NewerVersion(
                f"it is a bundle of version {told['version']}, this program knows {VERSION}", self._place
            )
        return told

    def _check_digests(self) -> None:
        told = self.manifest["members"]
        if told.keys() != set(self._zip.namelist()) - {"manifest.json"}:
            raise Damaged("its members are not those that its manifest names", self._place)
        for name, expected in told.items():
            digest = hashlib.sha256()
            for piece in self._pieces(name):
                digest.update(piece)
            if digest.hexdigest() != expected or (name.startswith("bodies/") and name != f"bodies/{expected}"):
                raise Damaged(f"{name} is not what was written", self._place)

    def _object(self, name: str) -> dict[str, Any]:
        try:
            with self._open(name) as member:
                found = json.loads(member.read(_MOST_LINE))
        except (ValueError, RecursionError, zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise Damaged(f"{name} cannot be read", self._place) from error
        if not isinstance(found, dict):
            raise Damaged(f"{name} is no object", self._place)
        return found

    def _pieces(self, name: str) -> Iterator[bytes]:
        try:
            with self._open(name) as member:
                while piece := member.read(_PIECE):
                    yield piece
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
            raise Damaged(f"{name} cannot be read ({error})", self._place) from error

    def _open(self, name: str) -> BinaryIO:
        try:
            return self._zip.open(name)  # type: ignore[return-value]  # typeshed says IO[bytes]
        except (KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError) as error:
            raise Damaged(f"{name} cannot be read", self._place) from error
