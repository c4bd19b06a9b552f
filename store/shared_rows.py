"""Rows that many exchanges share: rule trails, dictionaries, configs, sealed secrets. Each is written once.

Must not know: bodies (body_rows.py). Read next: committer.py, schema.py.
"""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING, Any

from store import chain, overview
from store.dialects import insert_missing
from store.packing import dictionary_id
from store.schema import config, dictionary, rule_trail, secret

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection, Table

    from gateway.exchange import Exchange
    from store.keys import Key
    from store.packing import RecordPacker

_KNOWN = 20_000


class SharedRows:
    """Writes shared rows that are not known to be there; known is only what a commit has made last."""

    def __init__(self) -> None:
        self._known: set[int | bytes] = set()
        self._fresh: set[int | bytes] = set()

    def trails(self, connection: Connection, exchanges: Iterable[Exchange]) -> None:
        """The rules that acted, for transform_overview."""
        rows = []
        for trail in sorted({overview.trail(each.transforms) for each in exchanges}, key=overview.trail_id):
            ident = overview.trail_id(trail)
            if self._is_new(ident):
                rows += _trail_rows(ident, trail)
        _insert(connection, rule_trail, rows)

    def secrets(self, connection: Connection, key: Key, found: dict[bytes, bytes]) -> None:
        """Sealed values under their pseudonyms."""
        new = [(tag, found[tag]) for tag in sorted(found) if self._is_new(tag)]
        _insert(connection, secret, [{"tag": tag.decode(), "data": key.seal(value, tag)} for tag, value in new])

    def dictionaries(self, connection: Connection, packer: RecordPacker) -> None:
        """New dictionaries, each twice."""
        for data in packer.unsaved:
            shared = {"id": dictionary_id(data), "created_us": time.time_ns() // 1000, "data": data}
            digest = hashlib.sha256(data).digest()
            _insert(connection, dictionary, [shared | {"copy": copy, "digest": digest} for copy in (1, 2)])

    def configs(self, connection: Connection, found: Iterable[tuple[str, str]]) -> None:
        """Configs (digest, JSON)."""
        rows = [
            {"digest": digest, "plain": plain, "check_digest": chain.digest(plain.encode())} for digest, plain in found
        ]
        _insert(connection, config, rows)

    def committed(self) -> None:
        """The transaction lasts."""
        if len(self._known) > _KNOWN:
            self._known.clear()
        self._known |= self._fresh
        self._fresh.clear()

    def rolled_back(self) -> None:
        """The transaction is void."""
        self._fresh.clear()

    def _is_new(self, name: int | bytes) -> bool:
        if name in self._known or name in self._fresh:
            return False
        self._fresh.add(name)
        return True


def _trail_rows(ident: int, trail: overview.Trail) -> list[dict[str, Any]]:
    return [
        {"id": ident, "seq": seq, "leg": str(leg), "part": str(part), "rule_id": overview.readable(rule_id)}
        for seq, (leg, part, rule_id) in enumerate(trail, start=1)
    ]


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert_missing(connection.dialect.name, table), rows)
