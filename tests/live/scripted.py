"""A server whose behaviour for each next request is data, and which keeps every byte that it got.

One thread for each connection, raw sockets, no HTTP library: it can answer what no library would let it.
Read next: messages.py (how requests are read), pool.py (which proxy stands before it).
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from tests.live.messages import Message, read_head, read_request

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import BinaryIO

PATIENCE_S = 20.0
"""After this long a test has failed; nothing waits on purpose."""

# Lingering for no time makes the kernel send RST instead of FIN.
NO_LINGER = struct.pack("ii", 1, 0)

PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass(frozen=True, slots=True)
class Until:
    """Wait for the test to release this name (`ScriptedServer.release`)."""

    name: str


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What the server does with one request.

    `sends`: bytes to write, one write each, and moments to wait for between them. `reads`: `all` of the request
    first, only the `head`, or `nothing`. `then`: `keep` the connection, `close` it in order, `reset` it, or
    `hold` it without a further word until the other side ends it. `logs`: appended to the log file first.
    `echo`: instead of `sends`, the request's target as a field and its body.
    """

    sends: tuple[bytes | Until, ...] = (PLAIN,)
    reads: str = "all"
    then: str = "keep"
    logs: bytes = b""
    echo: bool = False


@dataclass(slots=True)
class Received:
    """A request as it came, and what was written back. `left`: the other side has ended the connection."""

    connection: int
    message: Message | None
    sent: bytes = b""
    left: threading.Event = field(default_factory=threading.Event)
    answered: threading.Event = field(default_factory=threading.Event)

    @property
    def whole(self) -> Message:
        """The request; it was read to its end."""
        assert self.message is not None
        return self.message


def echo(message: Message) -> bytes:
    """An answer that tells what was asked."""
    target = message.head.first.split(b" ")[1]
    return b"HTTP/1.1 200 OK\r\nX-Target: %b\r\nContent-Length: %d\r\n\r\n%b" % (
        target,
        len(message.body),
        message.body,
    )


class ScriptedServer:
    """Listens on a free port of 127.0.0.1. Without a script it answers every request with a plain 200."""

    def __init__(self, log_file: Path | None = None) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self.log_file = log_file
        self.default = Behaviour()
        self.received: list[Received] = []
        self.failures: list[BaseException] = []
        self._script: deque[Behaviour] = deque()
        self._moments: dict[str, threading.Event] = {}
        self._changed = threading.Condition()
        self._connections: dict[int, socket.socket] = {}
        self._threads: list[threading.Thread] = []
        self._count = 0
        self._spawn(self._accept)

    # -- what a test says

    def script(self, *behaviours: Behaviour, default: Behaviour | None = None) -> None:
        """Forget what was; the next requests get these, all later ones `default` (else a plain 200)."""
        with self._changed:
            self.received.clear()
            self._script = deque(behaviours)
            self.default = default or Behaviour()
            self._moments.clear()

    def release(self, name: str) -> None:
        """Let those go on who wait for this."""
        self._moment(name).set()

    def wait_for(self, count: int) -> list[Received]:
        """What has come, once it is this many requests."""
        with self._changed:
            there = self._changed.wait_for(lambda: len(self.received) >= count, PATIENCE_S)
            assert there, f"the server got {len(self.received)} requests, not {count}"
            return list(self.received)

    def close(self) -> None:
        """Stop listening, end every connection; nothing may have gone wrong inside."""
        for moment in list(self._moments.values()):
            moment.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._changed:
            open_now = list(self._connections.values())
        for one in open_now:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(PATIENCE_S)
        assert not self.failures, self.failures

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- inside

    def _spawn(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=self._guard, args=(work, *arguments), daemon=True)
        self._threads = [one for one in self._threads if one.is_alive()]
        self._threads.append(thread)
        thread.start()

    def _guard(self, work: object, *arguments: object) -> None:
        assert callable(work)
        try:
            work(*arguments)
        except OSError:
            return  # the other side ended the connection, or we did: `left` tells where a test asks
        except Exception as error:  # noqa: BLE001 - a thread's failure must reach the test
            self.failures.append(error)

    def _moment(self, name: str) -> threading.Event:
        with self._changed:
            return self._moments.setdefault(name, threading.Event())

    def _accept(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._count += 1
            self._spawn(self._serve, connection, self._count)

    def _serve(self, connection: socket.socket, number: int) -> None:
        with self._changed:
            self._connections[number] = connection
        try:
            with connection, connection.makefile("rb") as stream:
                while self._one(connection, stream, number):
                    pass
        finally:
            with self._changed:
                self._connections.pop(number, None)

    def _one(self, connection: socket.socket, stream: BinaryIO, number: int) -> bool:
        """Serve one request; False: the connection is over."""
        message, came = self._read(connection, stream)
        if not came:
            return False
        received = Received(number, message)
        with self._changed:
            behaviour = self._script.popleft() if self._script else self.default
            self.received.append(received)
            self._changed.notify_all()
        try:
            return self._answer(connection, behaviour, received)
        finally:
            received.answered.set()

    def _read(self, connection: socket.socket, stream: BinaryIO) -> tuple[Message | None, bool]:
        """The request as far as the script wants it read, and whether there was one at all."""
        with self._changed:
            reads = (self._script[0] if self._script else self.default).reads
        if reads == "nothing":
            return None, bool(connection.recv(1, socket.MSG_PEEK))
        if reads == "head":
            head = read_head(stream)
            return (Message(head, head.raw) if head else None), head is not None
        message = read_request(stream)
        return message, message is not None

    def _answer(self, connection: socket.socket, behaviour: Behaviour, received: Received) -> bool:
        if behaviour.logs and self.log_file is not None:
            with self.log_file.open("ab") as log:
                log.write(behaviour.logs)
        for piece in (echo(received.whole),) if behaviour.echo else behaviour.sends:
            if isinstance(piece, Until):
                assert self._moment(piece.name).wait(PATIENCE_S), f"nobody released {piece.name!r}"
            else:
                received.sent += piece
                connection.sendall(piece)
        if behaviour.then == "hold":
            self._hold(connection, received)
        if behaviour.then == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        return behaviour.then == "keep"

    @staticmethod
    def _hold(connection: socket.socket, received: Received) -> None:
        connection.settimeout(PATIENCE_S)
        try:
            while connection.recv(65536):
                pass
        except ConnectionResetError:
            received.left.set()
        received.left.set()
