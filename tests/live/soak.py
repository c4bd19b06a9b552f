"""Random calls against an echo: `./run python tests/live/soak.py [CALLS]`, a thousand of them when nothing is said.

Hypothesis makes the requests. Every answer must be the echo, every exchange in the recording explained by its rules,
and in the end the proxy must hold no more sockets and files than after its first calls. test_soak.py makes a few.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # a script finds its own folder, not the repository

from gateway.exchange import State
from tests.live.messages import chunked
from tests.live.rawclient import RawClient
from tests.live.scripted import PATIENCE_S, Behaviour, ScriptedServer
from tests.proxy import LOOK_AGAIN_S, Proxy

if TYPE_CHECKING:
    from gateway.messages import Headers

MANY = 1000
WARM_UP = 20
"""Calls after which the proxy has opened what it keeps open."""

# What frames a body or asks for something else than a plain echo; all other names are drawn freely.
NOT_DRAWN = {b"host", b"content-length", b"transfer-encoding", b"expect", b"x-fc-invocation-type", b"upgrade"}
FAMILIAR = (
    b"Accept", b"Connection", b"Cookie", b"Keep-Alive", b"Origin", b"TE", b"X-Fc-Account-Id", b"x-fc-request-id",
    b"x_fc_a", b"Authorization", b"Content-Type", b"If-None-Match", b"Forwarded",
)  # fmt: skip

names = (st.sampled_from(FAMILIAR) | st.from_regex(rb"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,15}", fullmatch=True)).filter(
    lambda name: name.lower() not in NOT_DRAWN
)
# Visible characters and obs-text, with white space inside but not around (RFC 9110 5.5).
values = st.from_regex(rb"([!-~\x80-\xff]([ \t!-~\x80-\xff]{0,30}[!-~\x80-\xff])?)?", fullmatch=True)
targets = st.from_regex(rb"/[A-Za-z0-9._~!$&'()*+,;=:@/?%-]{0,60}", fullmatch=True)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One request. `pieces`: a chunked body, else it has a length."""

    method: bytes
    target: bytes
    headers: Headers
    pieces: tuple[bytes, ...]
    is_chunked: bool

    @property
    def wire(self) -> bytes:
        """As it is written."""
        body = b"".join(self.pieces)
        framing = b"Transfer-Encoding: chunked" if self.is_chunked else b"Content-Length: %d" % len(body)
        lines = [b"%b: %b" % pair for pair in self.headers]
        head = b"\r\n".join(
            (b"%b %b HTTP/1.1" % (self.method, self.target), b"Host: app.example.test", *lines, framing)
        )
        return (
            head + b"\r\n\r\n" + (chunked(tuple(piece for piece in self.pieces if piece)) if self.is_chunked else body)
        )


drawn = st.builds(
    Drawn,
    st.sampled_from((b"GET", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS")),
    targets,
    st.lists(st.tuples(names, values), max_size=10).map(tuple),
    st.lists(st.binary(max_size=300), max_size=5).map(tuple),
    st.booleans(),
)

LAST = Drawn(b"GET", b"/last", (), (), is_chunked=False)


class Client:
    """Keeps its connection as long as the proxy does."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open: RawClient | None = None

    def call(self, request: Drawn) -> None:
        """Send it; the answer is the echo and nothing else."""
        self._open = self._open or RawClient(self._port)
        self._open.send(request.wire)
        answer = self._open.answer(request.method)
        assert answer.head.first == b"HTTP/1.1 200 OK", (request, answer)
        assert answer.head.values("x-target") == [request.target]
        assert answer.body == b"".join(request.pieces)
        if answer.head.values("connection"):
            self.close()

    def close(self) -> None:
        """Leave."""
        if self._open is not None:
            self._open.leave()
        self._open = None


def held_by(pid: int) -> int:
    """How many sockets and files a process holds."""
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def soak(folder: Path, calls: int) -> int:
    """Make the calls; what the proxy holds in the end. Raises AssertionError on whatever is wrong."""
    with ScriptedServer() as server, Proxy(folder, server.port, {"fc_durability": "normal"}) as proxy:
        server.script(default=Behaviour(echo=True))
        client = Client(proxy.port)
        run(client, WARM_UP)
        client.call(LAST)  # its connection stays open, so that it is certain what one client takes
        with_client = held_by(proxy.process.pid)
        client.close()
        kept = settled(proxy.process.pid, with_client - 1)
        assert kept < with_client, "the proxy keeps a connection whose client has left"
        run(client, calls)
        client.close()
        left = settled(proxy.process.pid, kept)
        assert left <= kept, f"{left} sockets and files are open, {kept} were after the first calls"
        assert_all_explained(proxy, calls + WARM_UP + 1)
        return left


def run(client: Client, calls: int) -> None:
    """So many drawn calls, one after the other."""

    @settings(
        max_examples=calls,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(drawn)
    def each(request: Drawn) -> None:
        client.call(request)

    each()


def settled(pid: int, wanted: int) -> int:
    """The number, once it is no more than wanted: the proxy notices a client's end a moment later."""
    deadline = time.monotonic() + PATIENCE_S
    while (found := held_by(pid)) > wanted and time.monotonic() < deadline:
        time.sleep(LOOK_AGAIN_S)
    return found


def assert_all_explained(proxy: Proxy, calls: int) -> None:
    """Each call has its exchange, whole, and no difference without a rule."""
    count = 0
    for exchange in proxy.recorded.reader.exchanges(after=0):
        count += 1
        assert exchange.state is State.COMPLETE, exchange
        proxy.recorded.assert_no_silent_change(exchange)
    assert count == calls


def main() -> None:
    """The command."""
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else MANY
    with tempfile.TemporaryDirectory(prefix="fc-soak-") as folder:
        left = soak(Path(folder) / "proxy", calls)
    sys.stdout.write(
        f"{calls} calls, each the echo, each explained; {left} sockets and files open, no more than at first\n"
    )


if __name__ == "__main__":
    main()
