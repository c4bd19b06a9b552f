"""0001: the first released schema."""

from __future__ import annotations

from alembic import op

from store.dialects import views
from store.schema import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table and the public views."""
    connection = op.get_bind()
    metadata.create_all(connection)
    for statement in views(connection.dialect.name):
        op.execute(statement)
