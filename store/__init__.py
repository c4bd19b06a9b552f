"""The recording: every exchange as it was, written by one thread and read back exactly.

Imports `gateway` for its values, and SQLAlchemy, alembic, msgpack and zstandard. Must not know: sockets,
mitmproxy, pages. Read next: schema.py (what is kept), recording.py (how one is opened), writer.py
(the way in), reader.py (the way out).
"""
