"""Alembic's entry: runs the steps on the connection that store/schema_version.py hands over."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()
