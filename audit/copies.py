"""Texts to take away: the call as a curl command (as the client, or straight to the server) and as raw HTTP.

A command gives the same lines as recorded (only Host moves first) and never reads a file or a variable that
the recording could choose: every word is quoted, a body beginning with `@` stays a body, and what a shell
word cannot hold is named in a comment. Must not know: HTML. Read next: audit/bodies.py, tests/audit/test_copies.py
(each command is executed against a raw listener).
"""

from __future__ import annotations

import re
import shlex
from functools import lru_cache
from typing import TYPE_CHECKING

from audit import text, texts
from audit.model import Copy
from gateway.messages import BodyRef, body_size, get

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.exchange import Exchange
    from gateway.messages import Headers, Request

BODY_LIMIT = 8 * 1024
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# Control characters never enter a command: a terminal would act on them when it is pasted.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
# curl adds these by itself unless told not to.
_REPLAY = (texts.COPY_REPLAY, texts.TAKE_REPLAY)
_SHORT = 200
_CURL_ADDS = (b"User-Agent", b"Accept")


def copies(exchange: Exchange, gateway_url: str, server_url: str, recording: str) -> tuple[Copy, ...]:
    """Everything that can be taken away from an exchange, in the order of the buttons."""
    found = []
    client, server = exchange.client.request, exchange.server.request if exchange.server else None
    if exchange.is_egress:
        return _outward(exchange, client, server_url)
    if client is not None:
        found.append(
            Copy("client", texts.COPY_CLIENT, texts.TAKE_CLIENT, curl(client, gateway_url, f"{exchange.id}-client"))
        )
    if server is not None:
        found.append(
            Copy("server", texts.COPY_SERVER, texts.TAKE_SERVER, curl(server, server_url, f"{exchange.id}-server"))
        )
    if client is not None:
        found.append(Copy("replay", *_REPLAY, replay_command(exchange, server_url, recording)))
        found.append(Copy("raw", texts.COPY_RAW, texts.TAKE_RAW, raw(client)))
    return tuple(found)


def _outward(exchange: Exchange, sent: Request | None, url: str) -> tuple[Copy, ...]:
    """Of a call that the function made: both sides are the same, and a replay brings it about by itself."""
    if sent is None:
        return ()
    command = curl(sent, url, f"{exchange.id}-client")
    return (
        Copy("client", texts.COPY_OUTWARD, texts.TAKE_OUTWARD, command),
        Copy("raw", texts.COPY_RAW, texts.TAKE_RAW, raw(sent)),
    )


def replay_command(exchange: Exchange, server_url: str, recording: str) -> str:
    """The command that sends this very exchange again and compares the answers."""
    words = ["python", "replay.py", "send", recording, "--filter", f"id:{exchange.id}", "--to", server_url]
    return shlex.join(words)


def curl(request: Request, base_url: str, body_name: str) -> str:
    """A curl command that puts the recorded lines on the wire. `body_name` names the file of a body left out."""
    notes: list[str] = []
    words = [*_method(request), *_headers(request, notes), *_body(request, body_name, notes), *_url(request, base_url)]
    options = ["curl --path-as-is --globoff", *words]
    comments = "".join(f"# {note}\n" for note in notes)
    return comments + " \\\n  ".join(options)


def _word(*parts: str) -> str:
    """An option and its value as one line of the command, quoted."""
    return " ".join(shlex.quote(part) for part in parts)


def _held(data: bytes) -> str | None:
    """Bytes as text that a shell word can hold and a terminal will not act on, else None."""
    try:
        word = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if _UNSAFE.search(word) else word


def _method(request: Request) -> Iterator[str]:
    yield "--http1.0" if request.version == b"HTTP/1.0" else "--http1.1"
    if request.method == b"HEAD":
        yield "--head"
    elif _TOKEN.fullmatch(request.method):
        yield _word("-X", request.method.decode("ascii"))


def _headers(request: Request, notes: list[str]) -> Iterator[str]:
    """Each field line in its order, then the lines that curl must not add by itself."""
    present = {name.lower() for name, _ in request.headers}
    for name, value in request.headers:
        option = _known_option(name, value) if len(name) + len(value) <= _SHORT else _option(name, value)
        if option is None:
            notes.append(f"left out, a shell word cannot hold it: {text.flat(name, 80)}")
        else:
            yield option
    for name in (*_CURL_ADDS, *((b"Content-Type", b"Expect") if _has_data(request) else ())):
        if name.lower() not in present:
            yield _word("-H", f"{name.decode('ascii')}:")
    if b"host" not in present:
        yield _word("-H", "Host:")


@lru_cache(4096)
def _known_option(name: bytes, value: bytes) -> str | None:
    """The same, remembered: most lines of a call stood in an earlier one."""
    return _option(name, value)


def _option(name: bytes, value: bytes) -> str | None:
    """A field line as an option, None when a shell word cannot hold it."""
    held = _held(value)
    if held is None or "\n" in held or not _TOKEN.fullmatch(name):
        return None
    written = name.decode("ascii")
    return _word("-H", f"{written}: {held}" if held else f"{written};")


def _body(request: Request, body_name: str, notes: list[str]) -> Iterator[str]:
    """The body in the command when it is short text, else the name of a file to export first."""
    if not _has_data(request):
        return
    held = None if isinstance(request.body, BodyRef) or len(request.body) > BODY_LIMIT else _held(request.body)
    if held is not None:
        yield _word("--data-raw", held)
        return
    name = f"body-{body_name}.bin"
    notes.append(f"the body is binary or long ({body_size(request.body)} bytes): save it as {name} first")
    yield _word("--data-binary", f"@{name}")


def _has_data(request: Request) -> bool:
    """The request announces a body, be it an empty one."""
    announced = get(request.headers, b"content-length") is not None and request.method not in (b"GET", b"HEAD")
    return bool(body_size(request.body)) or announced


def _url(request: Request, base_url: str) -> Iterator[str]:
    """The address, with the recorded target byte for byte."""
    target = request.target.decode("latin-1")
    if re.fullmatch(r"/[!-~]*", target) and "#" not in target:
        yield shlex.quote(base_url.rstrip("/") + target)
        return
    held = _held(request.target) or text.flat(request.target)
    yield _word("--request-target", held)
    yield shlex.quote(base_url.rstrip("/") + "/")


def raw(request: Request) -> str:
    """The request as it stood on the wire, as text; a body that is not short text is left out and said so."""
    lines = [
        f"{text.flat(request.method)} {text.flat(request.target, 65536)} {text.flat(request.version)}",
        *_lines(request.headers),
        "",
    ]
    held = None if isinstance(request.body, BodyRef) or len(request.body) > BODY_LIMIT else _held(request.body)
    lines.append(held if held is not None else f"[{body_size(request.body)} bytes]")
    return "\n".join(lines)


def _lines(headers: Headers) -> Iterator[str]:
    for name, value in headers:
        yield f"{text.flat(name)}: {text.flat(value, 65536)}"
