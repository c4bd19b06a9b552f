"""The live audit page: the recording as it grows, served to browsers on this machine and to nobody else.

A process of its own reads the recording while the proxy writes it, so that the proxy's speed does not depend on
who watches. The page is the one of audit/, cut into pieces. Imports starlette and uvicorn, which nothing else needs.
Must not know: how an exchange looks (audit/), how one is replayed or exported (whoever starts it hands that over).

Read next: feed.py (what is known), guard.py (who may ask), app.py (what can be asked), serve.py (the port).
"""
