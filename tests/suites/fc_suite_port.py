"""For the test-suite of requests: its httpbin is where it is, but is called at the gateway's port."""

from __future__ import annotations

import os

from pytest_httpbin import serve


def through_the_gateway(server: serve.Server) -> str:
    """The URL that tests call; a server inside TLS is called as it is."""
    port = os.environ["FC_SUITE_PORT"] if server.protocol == "http" else server.port
    return f"{server.protocol}://{server.host}:{port}"


serve.Server.url = property(through_the_gateway)
