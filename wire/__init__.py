"""HTTP/1.1 on sockets, byte-exact both ways, on plain asyncio protocols.

Knows messages (gateway.messages) and sockets; must not know FC, mitmproxy or the recording.
Read next: server.py (a client's connection), client.py (a call to a server), framing.py (where bodies end).
"""
