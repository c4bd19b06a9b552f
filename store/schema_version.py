"""Which version a recording's schema has, and bringing it up to ours.

Must not know: how the database was opened. Read next: migrations/versions/, recording.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from store.errors import Damaged
from store.schema import VERSION

if TYPE_CHECKING:
    from sqlalchemy import Connection


def version_of(connection: Connection) -> int:
    """The schema version of a database, 0 when it has none of our tables."""
    if not inspect(connection).has_table("alembic_version"):
        return 0
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    if len(found) != 1 or not str(found[0]).isdecimal():
        raise Damaged("its schema version cannot be read")
    return int(found[0])


def upgrade(connection: Connection) -> None:
    """Run every missing migration on this connection, inside the caller's transaction."""
    # Alembic costs 0.1 s to import, and a recording that is up to date does not need it.
    from alembic import command  # noqa: PLC0415 - see the line above
    from alembic.config import Config  # noqa: PLC0415 - see above

    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    settings.attributes["connection"] = connection
    command.upgrade(settings, f"{VERSION:04d}")
