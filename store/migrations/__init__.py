"""The steps from one schema version to the next, run by alembic (schema_version.py calls it)."""
