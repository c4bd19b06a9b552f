"""What a function depends on, for tests: an HTTP and an HTTPS server on loopback, and a program that calls them.

The HTTPS server's certificate is signed by a CA of its own, which the developer's environment names.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROGRAM = '''
"""A function that prices an order: it asks for the price over HTTP and books over HTTPS."""
import json, os, sys, urllib.error, urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PRICES, BOOKS, BUG = sys.argv[1], sys.argv[2], len(sys.argv) > 3 and sys.argv[3] == "bug"

def call(url, data=None, headers={}):
    asked = urllib.request.Request(url, data, headers)
    try:
        with urllib.request.urlopen(asked, timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        try:
            status, told = self.work()
        except Exception as error:
            status, told = 500, {"error": repr(error)[:300]}
        body = json.dumps(told, sort_keys=True).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def work(self):
        passed_on = {}
        if "pass=id" in self.path:
            passed_on = {"x-fc-request-id": self.headers["x-fc-request-id"]}
        if "pass=trace" in self.path:
            passed_on = {"traceparent": self.headers["traceparent"]}
        if "extra" in self.path:
            return 200, {"extra": call(PRICES + "/never-recorded")[0]}
        if "dead" in self.path:
            return 200, {"dead": call("http://127.0.0.1:1/dead")[0]}
        if "stream" in self.path:
            return 200, {"size": len(call(PRICES + "/stream", headers=passed_on)[1])}
        secret = {**passed_on, "Authorization": "Bearer sk-live-0123456789abcdef"}
        price = json.loads(call(PRICES + "/price?item=" + self.path.rpartition("=")[2], headers=secret)[1])["price"]
        order = json.dumps({"price": price}).encode()
        typed = {**passed_on, "Content-Type": "application/json"}
        number = json.loads(call(BOOKS + "/book", order, typed)[1])["number"]
        return (500 if BUG else 200), {"total": price * (100 if BUG else 1), "booked": number}

    def log_message(self, *words):
        pass

if "startup" in sys.argv:
    call(PRICES + "/price?of=startup")
port = int(os.environ["PORT"])
ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
'''
"""Words: the URL of the prices, the URL of the books, and `bug` for the planted one."""


@dataclass
class Dependency:
    """Two servers that count what they are asked. `requests`: their request lines in order."""

    http_url: str = ""
    https_url: str = ""
    ca_path: Path | None = None
    requests: list[str] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    dependency: Dependency

    def do_GET(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        self.rfile.read(length)
        self.dependency.requests.append(f"{self.command} {self.path}")
        if self.path == "/stream":
            self._stream()
            return
        count = len(self.dependency.requests)
        body = b'{"price": 7}' if "price" in self.path else b'{"number": %d}' % count
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - the name that http.server looks for

    def _stream(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for _ in range(40):
            self.wfile.write(b"4000\r\n" + b"s" * 0x4000 + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Nothing on the terminal."""


@contextmanager
def dependency(folder: Path) -> Iterator[Dependency]:
    """Both servers, as long as the block lasts."""
    found = Dependency(ca_path=folder / "dependency-ca.pem")
    handler = type("Handler", (_Handler,), {"dependency": found})
    plain, secure = (ThreadingHTTPServer(("127.0.0.1", 0), handler) for _ in range(2))
    secure.socket = _context(folder).wrap_socket(secure.socket, server_side=True)
    found.http_url = f"http://127.0.0.1:{plain.server_address[1]}"
    found.https_url = f"https://127.0.0.1:{secure.server_address[1]}"
    threads = [threading.Thread(target=server.serve_forever, daemon=True) for server in (plain, secure)]
    for thread in threads:
        thread.start()
    try:
        yield found
    finally:
        for server in (plain, secure):
            server.shutdown()
            server.server_close()
        for thread in threads:
            thread.join()


def _context(folder: Path) -> ssl.SSLContext:
    """A server's context with a certificate for 127.0.0.1; its CA is written to the folder."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test's dependency")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    (folder / "dependency-ca.pem").write_bytes(pem)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    both = folder / "dependency.pem"
    both.write_bytes(secret + pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return context
