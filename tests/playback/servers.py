"""A server on a loopback port that keeps the exact bytes it got and answers with exact bytes."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

type Answer = Callable[[bytes], bytes | None]


def answer(body: bytes = b"hello", *lines: bytes, status: bytes = b"200 OK") -> bytes:
    """An answer as bytes: status line, field lines, Content-Length, body."""
    head = [b"HTTP/1.1 " + status, *lines, b"Content-Length: %d" % len(body), b"", b""]
    return b"\r\n".join(head) + body


class RawServer:
    """`got`: the requests as bytes, in order of arrival. `answers` returns None to close without an answer."""

    def __init__(self, answers: Answer) -> None:
        self._answers = answers
        self.got: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def stop_listening(self) -> None:
        """Refuse new connections from now on, as a program that died."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def close(self) -> None:
        """Stop, and wait for every thread. Clients must have closed their connections."""
        if self._listener.fileno() >= 0:
            self.stop_listening()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        # A client that leaves in the middle is no failure of the server.
        with suppress(ConnectionResetError, BrokenPipeError), connection, connection.makefile("rb") as stream:
            while request := _read_request(stream):
                self.got.append(request)
                told = self._answers(request)
                if told is None:
                    return
                connection.sendall(told)
                if b"\r\nConnection: close" in told.partition(b"\r\n\r\n")[0]:
                    return


def _read_request(stream: object) -> bytes:
    """One request with its body, b"" at the end of the connection."""
    read, readline = stream.read, stream.readline  # type: ignore[attr-defined]  # a buffered reader of a socket
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = readline()
        if not line:
            return b""
        head += line
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return head + bytes(read(int(line.partition(b":")[2])))
        if line == b"transfer-encoding: chunked":
            return head + _read_chunks(readline, read)
    return head


def _read_chunks(readline: Callable[[], bytes], read: Callable[[int], bytes]) -> bytes:
    body = b""
    while True:
        size_line = readline()
        size = int(size_line, 16)
        body += size_line + (read(size + 2) if size else b"")
        if size == 0:
            while (line := readline()) != b"\r\n":
                body += line
            return body + line


@contextmanager
def serving(answers: Answer) -> Iterator[RawServer]:
    """A RawServer for the length of a block."""
    server = RawServer(answers)
    try:
        yield server
    finally:
        server.close()
