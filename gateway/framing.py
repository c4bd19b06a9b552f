"""How long a body is, said once and rightly on each hop (RFC 9112 section 6).

Shells add nothing: what these ops leave in the header lines is what goes on the wire, and the wire frames
the body by it. Must not know: sockets. Read next: rules/request.py, rules/reply.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.facts import Ingress
from gateway.messages import body_size, get, get_all
from gateway.ops import with_field, with_headers
from gateway.upgrade import asks_for_websocket

if TYPE_CHECKING:
    from gateway.messages import Headers, Request, Response
    from gateway.rule import Call

_LENGTH = b"Content-Length"
_CODING = b"Transfer-Encoding"


def frame_request(request: Request, call: Call) -> Request:
    """One framing field: the client's own kind on HTTP calls, a length for the event of an API call.

    Sources: contract REQ-HDR-7, API-REQ-1.
    """
    headers, size = request.headers, body_size(request.body)
    is_api = call.facts.ingress is Ingress.API
    if not is_api and get(headers, b"transfer-encoding") is not None:
        framed = without(headers, b"content-length")
    elif not is_api and get(headers, b"content-length") is None and (not size or asks_for_websocket(request)):
        framed = headers
    else:
        framed = with_length(without(headers, b"transfer-encoding"), size)
    return request if framed is headers else with_headers(request, framed)


def frame_reply(response: Response, call: Call) -> Response:
    """One framing field toward the client: the server's length or chunks; an end by close becomes chunks.

    A client of HTTP/1.0 knows no chunks: the body then ends with its connection.
    Sources: contract RESP-HDR-2; RFC 9112 section 6.3.
    """
    framed = _reply_lines(response, call)
    return response if framed is response.headers else with_headers(response, framed)


def _reply_lines(response: Response, call: Call) -> Headers:
    headers = response.headers
    if call.response is not None and _has_no_body(call.response.status):
        return _bodyless(response)
    coded = get(headers, b"transfer-encoding") is not None
    lengths = get_all(headers, b"content-length")
    if not coded and lengths:
        return with_one(headers, lengths[0])
    if call.request.version == b"HTTP/1.0":
        return without(without(headers, b"transfer-encoding"), b"content-length")
    if coded:
        return without(headers, b"content-length")
    return headers if call.request.method == b"HEAD" else (*headers, (_CODING, b"chunked"))


def _bodyless(response: Response) -> Headers:
    """The server sent a status that has no body; an API call's reply has become 200 all the same."""
    headers = without(response.headers, b"transfer-encoding")
    if not _has_no_body(response.status):
        return with_length(headers, 0)
    # RFC 9110 section 8.6: no length in 1xx and 204; a 304 may tell that of the 200 it stands for.
    return headers if response.status == 304 else without(headers, b"content-length")


def _has_no_body(status: int) -> bool:
    return status < 200 or status in (204, 304)


def with_length(headers: Headers, size: int) -> Headers:
    """The lines with one Content-Length of this size; the client's own spelling stays when it says the same."""
    lengths = get_all(headers, b"content-length")
    if len(lengths) == 1 and lengths[0].isdigit() and int(lengths[0]) == size:
        return headers
    return with_field(headers, _LENGTH, b"%d" % size)


def with_one(headers: Headers, value: bytes) -> Headers:
    """The lines with the first Content-Length alone: repeats that say the same are legal, and one is enough."""
    lengths = get_all(headers, b"content-length")
    return headers if len(lengths) == 1 else with_field(headers, _LENGTH, value)


def without(headers: Headers, name: bytes) -> Headers:
    """The lines without a field: the same object when it was not there."""
    if get(headers, name) is None:
        return headers
    return tuple(line for line in headers if line[0].lower() != name)
