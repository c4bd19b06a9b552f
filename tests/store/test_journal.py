"""The journal's file: what was appended comes back in order; what is torn, changed or stale does not."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store import journal
from store.errors import Missing
from store.keys import Key

if TYPE_CHECKING:
    from pathlib import Path

KEYS = [pytest.param(None, id="plain"), pytest.param(Key(b"k" * 32), id="sealed")]
PAYLOADS = (b"first", b"x" * 5000, b"", b"last")


def filled(path: Path, key: Key | None, payloads: tuple[bytes, ...] = PAYLOADS) -> journal.Journal:
    made = journal.Journal(path, key, 7, sync=True)
    for payload in payloads:
        made.append(payload)
    return made


def groups(path: Path, key: Key | None) -> tuple[bytes, ...]:
    left = journal.read(path, key)
    return left.groups if left else ()


@pytest.mark.parametrize("key", KEYS)
@settings(max_examples=30, deadline=None)
@given(payloads=st.lists(st.binary(max_size=3000), min_size=1, max_size=20))
def test_what_was_appended_comes_back(
    tmp_path_factory: pytest.TempPathFactory, key: Key | None, payloads: list[bytes]
) -> None:
    path = tmp_path_factory.mktemp("journal") / "fc.db-newest"
    filled(path, key, tuple(payloads)).close(remove=False)
    left = journal.read(path, key)
    assert left
    assert (left.run_id, left.groups) == (7, tuple(payloads))


@pytest.mark.parametrize("key", KEYS)
def test_torn_at_any_byte_it_ends_before_that(tmp_path: Path, key: Key | None) -> None:
    path = tmp_path / "fc.db-newest"
    filled(path, key).close(remove=False)
    whole = path.read_bytes()[:6000]
    for at in range(0, len(whole), 7):
        path.write_bytes(whole[:at] + bytes(len(whole) - at))
        found = groups(path, key)
        assert found == PAYLOADS[: len(found)]
    assert len(found) == len(PAYLOADS)


@pytest.mark.parametrize("key", KEYS)
def test_no_flipped_bit_brings_anything_else(tmp_path: Path, key: Key | None) -> None:
    path = tmp_path / "fc.db-newest"
    filled(path, key).close(remove=False)
    whole = bytearray(path.read_bytes()[:6000])
    used = len(bytes(whole).rstrip(b"\0"))
    shorter = 0
    for at in range(used):
        whole[at] ^= 1 << at % 8
        path.write_bytes(whole)
        whole[at] ^= 1 << at % 8
        try:
            found = groups(path, key)
        except Missing:
            continue
        assert found == PAYLOADS[: len(found)]
        shorter += len(found) < len(PAYLOADS)
    assert shorter > used * 0.99  # one byte of the header is padding


@pytest.mark.parametrize("key", KEYS)
def test_a_new_pass_leaves_nothing_of_the_one_before(tmp_path: Path, key: Key | None) -> None:
    path = tmp_path / "fc.db-newest"
    made = filled(path, key, (b"old" * 10,) * 5)
    made.begin_again()
    assert groups(path, key) == (b"old" * 10,) * 5  # they are rows by now, and reading them again does no harm
    made.append(b"new" * 10)
    assert groups(path, key) == (b"new" * 10,)
    made.close(remove=True)
    assert not path.exists()


def test_under_a_key_nothing_can_be_read_without_it(tmp_path: Path) -> None:
    path = tmp_path / "fc.db-newest"
    filled(path, Key(b"k" * 32), (b"hunter2",)).close(remove=False)
    assert b"hunter2" not in path.read_bytes()
    assert groups(path, Key(b"o" * 32)) == ()
    with pytest.raises(Missing, match="the key of this recording is not here"):
        journal.read(path, None)


def test_the_file_is_private_and_its_blocks_exist(tmp_path: Path) -> None:
    path = tmp_path / "fc.db-newest"
    old = os.umask(0)
    try:
        made = journal.Journal(path, None, 1, sync=False)
    finally:
        os.umask(old)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.stat().st_blocks * 512 >= journal.SIZE
    assert not made.has_room(journal.SIZE)
    made.close(remove=True)


@pytest.mark.parametrize(
    "content", [pytest.param(b"", id="empty"), pytest.param(b"SQLite format 3\0" * 9, id="foreign")]
)
def test_what_is_no_journal_holds_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "fc.db-newest").write_bytes(content)
    assert journal.read(tmp_path / "fc.db-newest", None) is None
    assert journal.read(tmp_path / "elsewhere", None) is None
