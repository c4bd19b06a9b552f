"""An exchange as plain JSON-safe values and back, exactly: what bundles hold and what a HAR carries in `_fc`.

Made for people too: fields at their default are left out, bytes that are text are written as text. Bytes that are
not, or that would be misread, are `base64:...`; a body that is kept elsewhere is {"sha256", "size"}.
What is read may be hostile: every value is checked against the field it is for.
Must not know: files. Read next: bundle.py, har.py.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, TypeAliasType, Union, get_args, get_origin, get_type_hints

from gateway import changes, conversation, exchange, facts, messages
from gateway.messages import BodyRef

# `changes` comes after `conversation`: a Part is one of a message there, and none of what is written here.
_NAMES = {**vars(messages), **vars(conversation), **vars(facts), **vars(changes), **vars(exchange)}
_CODED = "base64:"
_ODD = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class BadPlain(ValueError):
    """A value that is not what its field holds; the message names the field."""


def to_plain(value: Any) -> Any:  # noqa: ANN401 - any field of an exchange
    """Plain values: dicts, lists, texts, numbers, True, False and None."""
    if isinstance(value, BodyRef):
        return {"sha256": value.digest.hex(), "size": value.size}
    if is_dataclass(value):
        held = {field.name: (getattr(value, field.name), _default(field)) for field in fields(value)}
        return {name: to_plain(one) for name, (one, default) in held.items() if one != default}
    if isinstance(value, tuple):
        return [to_plain(item) for item in value]
    if isinstance(value, bytes):
        return text_of(value)
    return value.value if isinstance(value, Enum) else value


def from_plain[T](kind: type[T], plain: Any, where: str = "exchange") -> T:  # noqa: ANN401 - whatever a file may hold
    """The value back. Raises BadPlain."""
    built: T = _build(kind, plain, where)
    return built


def text_of(data: bytes) -> str:
    """Bytes as text, or as base64 with a mark when they are no plain text."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = _CODED
    if text.startswith(_CODED) or _ODD.search(text):
        return _CODED + base64.b64encode(data).decode("ascii")
    return text


def bytes_of(text: str, where: str = "") -> bytes:
    """What text_of wrote. Raises BadPlain."""
    try:
        if text.startswith(_CODED):
            return base64.b64decode(text.removeprefix(_CODED), validate=True)
        return text.encode("utf-8")
    except (binascii.Error, ValueError) as error:
        raise BadPlain(f"{where} is no text") from error


def _default(field: Field[Any]) -> Any:  # noqa: ANN401 - a default of any type
    if field.default is not MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not MISSING else MISSING


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind, localns=_NAMES)


def _build(kind: Any, plain: Any, where: str) -> Any:  # noqa: ANN401 - a type, and what should be of it
    while isinstance(kind, TypeAliasType):
        kind = kind.__value__
    if get_origin(kind) in {Union, UnionType}:
        return _build_one_of(get_args(kind), plain, where)
    if is_dataclass(kind) and isinstance(kind, type):
        return _body_ref(plain, where) if kind is BodyRef else _build_dataclass(kind, plain, where)
    if get_origin(kind) is tuple:
        return _build_tuple(get_args(kind), plain, where)
    return _build_leaf(kind, plain, where)


def _build_leaf(kind: type, plain: Any, where: str) -> Any:  # noqa: ANN401 - as _build
    if kind is bytes and isinstance(plain, str):
        return bytes_of(plain, where)
    if issubclass(kind, Enum) and isinstance(plain, str):
        try:
            return kind(plain)
        except ValueError as error:
            raise BadPlain(f"{where}: {plain!r} is unknown here") from error
    # True is an int to Python, and to nobody else.
    if type(plain) is kind:
        return plain
    raise BadPlain(f"{where} is not what belongs there")


def _build_one_of(kinds: tuple[Any, ...], plain: Any, where: str) -> Any:  # noqa: ANN401 - as _build
    if plain is None and type(None) in kinds:
        return None
    for kind in kinds:
        if kind is not type(None):
            try:
                return _build(kind, plain, where)
            except BadPlain:
                continue
    raise BadPlain(f"{where} is not what belongs there")


def _build_dataclass(kind: type, plain: Any, where: str) -> Any:  # noqa: ANN401 - as _build
    hints = _hints(kind)
    if not isinstance(plain, dict):
        raise BadPlain(f"{where} is no object")
    unknown = sorted(plain.keys() - hints.keys())
    if unknown:
        raise BadPlain(f"{where} has a member {unknown[0]!r} that this version does not know")
    values = {name: _build(hints[name], value, f"{where}.{name}") for name, value in plain.items()}
    try:
        return kind(**values)
    except TypeError as error:
        raise BadPlain(f"{where} lacks a member") from error


def _build_tuple(kinds: tuple[Any, ...], plain: Any, where: str) -> Any:  # noqa: ANN401 - as _build
    if not isinstance(plain, list):
        raise BadPlain(f"{where} is no list")
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return tuple(_build(kinds[0], item, f"{where}[{at}]") for at, item in enumerate(plain))
    if len(kinds) != len(plain):
        raise BadPlain(f"{where} has another length")
    return tuple(_build(kind, item, where) for kind, item in zip(kinds, plain, strict=True))


def _body_ref(plain: Any, where: str) -> BodyRef:  # noqa: ANN401 - as _build
    if not isinstance(plain, dict) or plain.keys() != {"sha256", "size"}:
        raise BadPlain(f"{where} is no body")
    digest, size = plain["sha256"], plain["size"]
    if not isinstance(digest, str) or not re.fullmatch(r"[0-9a-f]{64}", digest) or type(size) is not int or size < 0:
        raise BadPlain(f"{where} is no body")
    return BodyRef(bytes.fromhex(digest), size)
