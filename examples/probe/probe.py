"""An ordinary web function that tells what it got and does what it is asked to: the far end of `./run conformance`.

Standard library alone, so that the folder is all there is to deploy (s.yaml beside it). A request says in its field
X-Probe, as JSON, what the answer should be; without one the answer is 200 and the echo. README.md has the table.
It must not know what the gateway before it changes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import time
from dataclasses import dataclass, fields
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "fc-replay probe 1"
FIELD = "X-Probe"
LARGEST_ECHO = 65536
"""Bytes of a body that the echo repeats; of a larger one it tells size and digest."""


@dataclass(frozen=True)  # without slots: the runtimes that FC offers have older Pythons
class Wish:
    """What an answer should be.

    `headers`: lines `Name: value`, in this order, beside the framing. `headers_total`: their names and values are
    brought to so many bytes, Content-Length counted, by a field X-Pad. `body_size`: that many x instead of `body`.
    `chunks`: a chunked body, `delay` seconds between its pieces; else `delay` seconds before the answer. `length`:
    false ends the body with the connection. `says`: written to the log. `echo`: the body tells what came.
    """

    status: int = 200
    headers: tuple[str, ...] = ()
    headers_total: int = 0
    body: str = ""
    body_size: int = 0
    chunks: tuple[str, ...] = ()
    delay: float = 0.0
    length: bool = True
    says: str = ""
    echo: bool = False


def wish_of(text: str | None) -> Wish:
    """What the field asks for. Raises ValueError that names the slip."""
    if text is None:
        return Wish(echo=True)
    plain = json.loads(text)
    if not isinstance(plain, dict):
        raise ValueError(f"{FIELD}: a JSON object is wanted")  # noqa: TRY004 - one kind of error for every slip
    kinds = {one.name: type(one.default) for one in fields(Wish)}
    for name, value in plain.items():
        if name not in kinds:
            raise ValueError(f"{FIELD}: no such wish: {name}; known are {', '.join(kinds)}")
        if not is_of(kinds[name], value):
            raise ValueError(f"{FIELD}: {name} cannot be {value!r}")
    wishes: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in plain.items()}
    return Wish(**wishes)


def is_of(kind: type, value: object) -> bool:
    """Whether a value from JSON is of the wish's kind; texts stand for bytes of the same numbers."""
    if kind is tuple:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    return isinstance(value, (int, float) if kind is float else kind)


class Probe(BaseHTTPRequestHandler):
    """One connection. Every method is answered the same way."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - http.server looks up one handler for each method
        if name.startswith("do_"):
            return self.respond
        raise AttributeError(name)

    def respond(self) -> None:
        """Read the request, do what it asks for."""
        body = b"".join(self.pieces())
        try:
            wish = wish_of(self.headers.get(FIELD))
        except ValueError as error:
            wish = Wish(status=400, body=f"{error}\n")
        if wish.says:
            print(wish.says, flush=True)  # noqa: T201 - the function's log is what it prints
        if not wish.chunks:
            time.sleep(wish.delay)
        self.answer(wish, self.echo(body) if wish.echo else wish.body.encode("latin-1"))

    def pieces(self) -> Iterator[bytes]:
        """The body, its framing taken off."""
        if "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
            yield self.rfile.read(int(self.headers.get("Content-Length", 0)))
            return
        while size := int(self.rfile.readline().split(b";")[0], 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass

    def echo(self, body: bytes) -> bytes:
        """What came, as JSON; bytes stand as characters of the same numbers."""
        method, target, version = self.requestline.split(" ", 2)
        told = {
            "probe": NAME,
            "method": method,
            "target": target,
            "version": version,
            "headers": [[name, value] for name, value in self.headers.raw_items()],
            "body_size": len(body),
            "body_sha256": hashlib.sha256(body).hexdigest(),
            "body": body.decode("latin-1") if len(body) <= LARGEST_ECHO else None,
        }
        return json.dumps(told).encode() + b"\n"

    def answer(self, wish: Wish, body: bytes) -> None:
        """The answer, as it was asked for."""
        content = b"x" * wish.body_size or body
        lines = [tuple(part.strip() for part in line.split(":", 1)) for line in wish.headers]
        framed = self.framing(wish, content)
        if wish.headers_total:
            told = sum(len(name) + len(value) for name, value in (*lines, *framed))
            lines.append(("X-Pad", "p" * (wish.headers_total - told - len("X-Pad"))))
        # Not send_response: its own Date and Server would be two lines that nobody asked for.
        self.send_response_only(wish.status)
        for name, value in (*lines, *framed):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.send_body(wish, content)

    def framing(self, wish: Wish, content: bytes) -> list[tuple[str, str]]:
        """How the end of the body is told."""
        if wish.chunks:
            return [("Transfer-Encoding", "chunked")]
        if not wish.length:
            return [("Connection", "close")]
        if wish.status < 200 or wish.status in {204, 304}:
            return []
        return [("Content-Length", str(len(content)))]

    def send_body(self, wish: Wish, content: bytes) -> None:
        """The body, in the pieces that were asked for."""
        for number, piece in enumerate(wish.chunks):
            time.sleep(wish.delay if number else 0)
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece.encode("latin-1")))
        if wish.chunks:
            self.wfile.write(b"0\r\n\r\n")
        elif wish.status >= 200 and wish.status not in {204, 304}:
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server gives it
        """The function's log holds what a request asked to print, and nothing else."""


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description="a web function that echoes what it got and does what it is asked to")
    everywhere = "0.0.0.0"  # noqa: S104 - Function Compute reaches a server in no other way
    parser.add_argument("--host", default=everywhere, help="the address to listen on; Function Compute wants them all")
    parser.add_argument("--port", type=int, default=int(os.environ.get("FC_SERVER_PORT", "9000")))
    options = parser.parse_args()
    ThreadingHTTPServer.daemon_threads = True
    with ThreadingHTTPServer((options.host, options.port), Probe) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
