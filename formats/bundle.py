"""The bug bundle: a recording as one file to send to somebody. A zip of text lines and bodies, deterministic.

`exchanges.jsonl` has one exchange a line, in order; `bodies/<sha256>` the large bodies; `configs.json` the configs;
`manifest.json` the SHA-256 of every other member. Equal contents are equal bytes.
Must not know: secrets, databases. Read next: plain.py, bundle_read.py.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from formats.bundle_messages import MEMBER as MESSAGES
from formats.bundle_messages import plain_message
from formats.plain import to_plain
from store.errors import Unwritable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from gateway.conversation import Message
    from gateway.exchange import Exchange

FORMAT, VERSION = "fc-replay-bundle", 2
_FIRST = 1  # without conversations, calls of the function's own and fields of today the first release can read it, too
_README = """\
This is a recording of fc-replay: calls through a local Function Compute gateway,
as the client saw them and as the server saw them.

Read it:       python replay.py list {name}
See the page:  python replay.py audit {name} -o audit.html
Replay it:     python replay.py send {name} --to http://127.0.0.1:9000
{hermetic}
Secrets are replaced by pseudonyms such as secret:0123456789ab; give a value with --secret NAME=env:VAR.
"""

_HERMETIC = "Off the net:   python replay.py send {name} --hermetic --start 'THE COMMAND OF THE SERVER'\n"


@dataclass(frozen=True, slots=True)
class Contents:
    """What goes into a bundle. `bodies`: digest -> its pieces. `about`: plain facts for the manifest.

    `messages`: what was said in their conversations, by exchange and in order.
    """

    exchanges: Iterable[Exchange]
    bodies: Callable[[], Mapping[bytes, Callable[[], Iterable[bytes]]]]
    configs: Callable[[], Mapping[str, Mapping[str, Any]]]
    about: Mapping[str, Any]
    noise: bytes = b""
    messages: Callable[[], Iterable[tuple[int, Message]]] = tuple


def write_bundle(path: Path, contents: Contents, opener: Callable[[str, int], int]) -> int:
    """Write a bundle and return how many exchanges it holds. `opener` opens the file. Raises Unwritable.

    An unfinished bundle never takes the place of what stands at `path`.
    """
    draft = path.with_name(f"{path.name}.part")
    try:
        count = _write_file(draft, path.name, contents, opener)
        draft.replace(path)
    except OSError as error:
        raise Unwritable(f"cannot be written ({error.strerror})", str(path)) from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    return count


def _write_file(draft: Path, name: str, contents: Contents, opener: Callable[[str, int], int]) -> int:
    with open(draft, "wb", opener=opener) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle:
        return _write(bundle, contents, name)


def _write(bundle: zipfile.ZipFile, contents: Contents, name: str) -> int:
    members: dict[str, str] = {}
    count = egress = later = 0

    def lines() -> Iterator[bytes]:
        nonlocal count, egress, later
        for exchange in contents.exchanges:
            count += 1
            later += exchange.is_egress or bool(exchange.interim or exchange.readable or exchange.sealed_lengths)
            egress += exchange.is_egress
            yield _json(to_plain(exchange)) + b"\n"

    members["exchanges.jsonl"] = _member(bundle, "exchanges.jsonl", lines())
    said = iter(contents.messages())
    first = next(said, None)
    if first is not None:
        spoken = (_json(plain_message(*each)) + b"\n" for each in chain([first], said))
        members[MESSAGES] = _member(bundle, MESSAGES, spoken)
    for digest, pieces in sorted(contents.bodies().items()):
        members[f"bodies/{digest.hex()}"] = _member(bundle, f"bodies/{digest.hex()}", pieces())
    members["configs.json"] = _member(bundle, "configs.json", [_json(contents.configs())])
    if contents.noise:
        members["noise.toml"] = _member(bundle, "noise.toml", [contents.noise])
    readme = _README.format(name=name, hermetic=_HERMETIC.format(name=name) if egress else "")
    members["README.txt"] = _member(bundle, "README.txt", [readme.encode()])
    version = VERSION if later or MESSAGES in members else _FIRST
    told = {"format": FORMAT, "version": version, "exchanges": count, **contents.about, "members": members}
    _member(bundle, "manifest.json", [json.dumps(told, indent=1, sort_keys=True).encode() + b"\n"])
    return count


def _member(bundle: zipfile.ZipFile, name: str, pieces: Iterable[bytes]) -> str:
    """Write one member and return its SHA-256. Its time is always the same, so equal contents are equal bytes."""
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    digest = hashlib.sha256()
    with bundle.open(info, "w", force_zip64=True) as member:
        for piece in pieces:
            digest.update(piece)
            member.write(piece)
    return digest.hexdigest()


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(
        "utf-8", "backslashreplace"
    )
