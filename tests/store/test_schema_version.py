from __future__ import annotations

import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from store.recording import open_for_writing
from store.schema import VERSION, metadata
from store.schema_version import version_of

VERSIONS = Path(__file__).resolve().parents[2] / "store" / "migrations" / "versions"


def test_the_migrations_make_the_schema_that_the_program_uses(anywhere: str) -> None:
    recording = open_for_writing(anywhere)
    with recording.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
        assert version_of(connection) == VERSION
    recording.close()
    # The one index that only a server has (schema.py).
    expected = {"exchange_by_start"} if recording.dialect == "sqlite" else set()
    assert {getattr(each[1], "name", str(each)) for each in differences} == expected


def test_there_is_one_migration_for_each_version() -> None:
    found = sorted(path.name for path in VERSIONS.glob("v*.py"))
    assert [int(name[1:5]) for name in found] == list(range(1, VERSION + 1))


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_every_column_says_what_it_means(table: object) -> None:
    """Keys that another table explains may go without."""
    silent = [column.name for column in table.columns if not column.doc]  # type: ignore[attr-defined]
    assert [name for name in silent if not re.fullmatch(r"id|seq|\w+_id|reason", name)] == []
