"""Programs that a proxy starts in the live tests, good and bad ones, and the config files that name them.

Read next: test_instance.py, test_hooks_of_an_instance.py.
"""

from __future__ import annotations

import json
import shlex
import sys
from typing import TYPE_CHECKING, Any

from tests.live.rawclient import RawClient

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.messages import Response

APP = """
import json, os, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAIR = threading.Barrier(2)
START_S, INITIALIZE = float(os.environ.get("START_S", 0)), os.environ.get("INITIALIZE", "200")

class App(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body=b"ok"):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/die":
            print("about to die", flush=True)
            os._exit(7)
        if self.path == "/killed":
            os.kill(os.getpid(), 9)
        if self.path == "/ready" and not os.path.exists(os.environ["READY_FILE"]):
            return self.answer(503)
        if self.path == "/initialize":
            print("initializing with " + repr(body), flush=True)
            if INITIALIZE == "hang":
                time.sleep(600)
            return self.answer(int(INITIALIZE), b"from /initialize")
        if self.path == "/pre-stop":
            print("saying goodbye", flush=True)
        if self.path == "/environment":
            return self.answer(200, json.dumps(dict(os.environ)).encode())
        if self.path == "/pair":
            PAIR.wait(12)
            # print() writes a line in two pieces, between which another thread's may come.
            os.write(1, (self.headers["x-fc-request-id"] + " is mine\\n").encode())
            os.write(1, b"is anybody's\\n")
            PAIR.wait(12)
        if self.path == "/headers":
            return self.answer(200, json.dumps(dict(self.headers)).encode())
        if self.path == "/pid":
            return self.answer(200, str(os.getpid()).encode())
        self.answer(200)

    do_POST = do_GET

    def log_message(self, form, *words):
        pass

print("starting", flush=True)
time.sleep(START_S)
ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), App).serve_forever()
"""


def app(folder: Path) -> list[str]:
    """The words that run the good program."""
    place = folder / "app.py"
    place.write_text(APP, encoding="utf-8")
    return [sys.executable, str(place)]


def line(words: list[str]) -> str:
    """Words as fc_command takes them."""
    return shlex.join(words)


def fc_yaml(folder: Path, *functions: dict[str, Any]) -> str:
    """A config file with these functions; JSON is YAML."""
    place = folder / "fc.yaml"
    place.write_text(json.dumps({"functions": functions}), encoding="utf-8")
    return str(place)


def call(port: int, target: str = "/", *fields: str, method: str = "GET", host: str = "app.example.test") -> Response:
    """One call on a connection of its own."""
    lines = [
        f"{method} {target} HTTP/1.1",
        f"Host: {host}",
        *fields,
        *(["Content-Length: 0"] if method == "POST" else []),
    ]
    with RawClient(port) as client:
        client.send("\r\n".join(lines).encode() + b"\r\n\r\n")
        return client.answer(method.encode()).as_response()


def invoke(port: int, function: str, *fields: str) -> Response:
    """One InvokeFunction call."""
    return call(port, f"/2023-03-30/functions/{function}/invocations", *fields, method="POST")


def told(answer: Response) -> dict[str, str]:
    """The JSON of an error answer."""
    assert isinstance(answer.body, bytes)
    members = json.loads(answer.body)
    assert isinstance(members, dict)
    return members
