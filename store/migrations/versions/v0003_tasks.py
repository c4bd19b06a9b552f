"""0003: the asynchronous queue: accepted calls, what became of them, and what would have been sent where."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables of the queue."""
    _tasks()
    op.create_table(
        "task_event",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("exchange_id", _KEY, nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("task_event_by_task", "task_event", ["exchange_id"])
    op.create_table(
        "destination",
        sa.Column("exchange_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("attempt_id", _KEY, nullable=True),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("made_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("exchange_id"),
    )


def _tasks() -> None:
    """Accepted calls and how far each has come."""
    op.create_table(
        "task",
        sa.Column("exchange_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("function", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("qualifier", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("accepted_us", sa.BigInteger(), nullable=False),
        sa.Column("due_us", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("function_errors", sa.Integer(), nullable=False),
        sa.Column("system_errors", sa.Integer(), nullable=False),
        sa.Column("system_since_us", sa.BigInteger(), nullable=True),
        sa.Column("started_us", sa.BigInteger(), nullable=True),
        sa.Column("ended_us", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("attempt_id", _KEY, nullable=True),
        sa.Column("run_id", _KEY, nullable=True),
        sa.Column("lease_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("exchange_id"),
    )
    op.create_index("task_by_due", "task", ["due_us"])
    op.create_index("task_by_name", "task", ["function", "service", "name"], unique=True)
