"""The gateway's own error answers: FC's JSON in the key spelling that the caller's SDK reads.

Must not know: which rule speaks. Read next: rules/failure.py, rules/refusal.py.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from gateway.config import ErrorFormat
from gateway.facts import Ingress
from gateway.messages import Response
from gateway.rule import Answer

if TYPE_CHECKING:
    from gateway.rule import Call

# ERR-TYPE-1: the wire has this spelling; FC's page writes FcCommonError.
COMMON = b"FCCommonError"
UNHANDLED = b"UnhandledInvocationError"
INITIALIZATION = b"InitializationError"

REASONS = {
    200: b"OK",
    202: b"Accepted",
    400: b"Bad Request",
    403: b"Forbidden",
    404: b"Not Found",
    409: b"Conflict",
    412: b"Precondition Failed",
    429: b"Too Many Requests",
    499: b"Client Closed Request",
    502: b"Bad Gateway",
    503: b"Service Unavailable",
}


def refuse(call: Call, status: int, code: str, message: str, error_type: bytes = COMMON) -> Answer:
    """An FC error: status, code and sentence, in the keys of `fc_error_format` (contract ERR-FMT-1..4)."""
    body = _json(error_keys(call, code, message))
    return Answer(_json_response(call, status, error_type, body), code)


def function_error(call: Call, message: str, error_type: bytes = UNHANDLED) -> Answer:
    """A failed function told by 200 and a header (contract API-RESP-3, ERR-F-1, LIFE-HOOK-2)."""
    name = error_type.decode()
    return Answer(_json_response(call, 200, error_type, _json({"errorMessage": message, "errorType": name})), name)


def error_keys(call: Call, code: str, message: str) -> dict[str, str]:
    """The members of an error body (contract ERR-FMT-1..3).

    FC3 is `RequestId`, the spelling that today's SDKs read. API calls get both families: every SDK then
    finds its own keys, and ignores the others.
    """
    wanted = call.config.error_format
    if wanted is ErrorFormat.AUTO:
        wanted = ErrorFormat.BOTH if call.facts.ingress is Ingress.API else ErrorFormat.FC3
    request_id = call.facts.seed.request_id
    fc3 = {"RequestId": request_id, "Code": code, "Message": message}
    fc2 = {"ErrorCode": code, "ErrorMessage": message}
    return {
        ErrorFormat.FC3: fc3,
        ErrorFormat.FC2: fc2,
        ErrorFormat.BOTH: {**fc3, "RequestID": request_id, **fc2},
    }[wanted]


def _json(members: dict[str, str]) -> bytes:
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")


def _json_response(call: Call, status: int, error_type: bytes, body: bytes) -> Response:
    headers = (
        (b"Content-Type", b"application/json"),
        (b"Content-Length", b"%d" % len(body)),
        (b"X-Fc-Error-Type", error_type),
    )
    # RFC 9110 section 9.3.2: the answer to HEAD has the fields of GET, and no body.
    return Response(status, REASONS[status], headers, b"" if call.request.method == b"HEAD" else body)
