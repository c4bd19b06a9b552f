"""The x-fc-* fields that a function sees (contract section 5).

All of them are present, with an empty value when there is nothing to say (CTX-1): no execution role, so no
credentials; no log project. Must not know: who adds them. Read next: rules/request.py.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from gateway.facts import ApiFamily, Ingress
from gateway.lookup import function_named
from gateway.target import place, split_absolute

if TYPE_CHECKING:
    from gateway.messages import Headers
    from gateway.rule import Call


def documented(call: Call) -> Headers:
    """The context fields that FC's pages list."""
    facts, config = call.facts, call.config
    function = function_named(config, facts.function)
    lines = (
        (b"x-fc-request-id", facts.seed.request_id.encode()),
        *_settled(
            _control_path(call),
            facts.function,
            facts.qualifier,
            facts.service,
            config.region,
            config.account_id,
            function.handler,
            function.memory_mb,
        ),
    )
    base = _proxy_base(call)
    return (*lines, (b"x-fc-base-path", base)) if base else lines


@lru_cache(maxsize=256)
def _settled(  # noqa: PLR0917 - lru_cache keys positional arguments fastest
    control_path: str,
    function: str,
    qualifier: str,
    service: str,
    region: str,
    account_id: str,
    handler: str,
    memory_mb: int,
) -> Headers:
    """What stays the same from call to call."""
    values = {
        "x-fc-control-path": control_path,
        "x-fc-access-key-id": "",
        "x-fc-access-key-secret": "",
        "x-fc-security-token": "",
        "x-fc-function-handler": handler,
        "x-fc-function-memory": str(memory_mb),
        "x-fc-function-name": function,
        "x-fc-region": region,
        "x-fc-account-id": account_id,
        "x-fc-qualifier": qualifier,
        "x-fc-version-id": qualifier if qualifier.isdecimal() else "",
        "x-fc-service-name": service,
        "x-fc-service-logproject": "",
        "x-fc-service-logstore": "",
    }
    return tuple((name.encode(), value.encode()) for name, value in values.items())


def _control_path(call: Call) -> str:
    """What kind of call it is; of a hook its own path (contract CTX-2)."""
    if call.facts.ingress is Ingress.HOOK:
        return call.request.target.decode("latin-1")
    return "/invoke" if call.facts.ingress is Ingress.API else "/http-invoke"


def observed(call: Call) -> Headers:
    """The context fields that published captures show and no page lists (contract source CAP1)."""
    facts = call.facts
    timeout = function_named(call.config, facts.function).timeout_s
    has_client = facts.ingress in _CLIENTS
    lines = _seen(has_client, int(timeout), facts.seed.attempt, facts.seed.client_ip)
    if not has_client or _proxy_base(call):
        return lines
    return ((b"x-fc-base-path", _path(call)), *lines)


_CLIENTS = frozenset({Ingress.HTTP_DEFAULT, Ingress.HTTP_CUSTOM})
"""Where somebody's own request reaches the server, and not one that the platform made."""


@lru_cache(maxsize=256)
def _seen(has_client: bool, timeout_s: int, attempt: int, client_ip: str) -> Headers:
    """What stays the same for calls of one client. Tracing and EagleEye are off, so their fields are empty."""
    values = {
        "x-fc-function-timeout": str(timeout_s),
        "x-fc-retry-count": str(attempt),
        "x-fc-tracing-opentracing-span-context": "",
        "x-fc-tracing-opentracing-span-baggages": "",
        "x-fc-tracing-jaeger-endpoint": "",
    }
    if has_client:
        values |= {
            "x-fc-client-ip": client_ip,
            "x-fc-eagleeye-traceid": "",
            "x-fc-eagleeye-rpcid": "",
            "x-fc-eagleeye-userdata": "",
            "x-fc-api-server-ip": "",
        }
    return tuple((name.encode(), value.encode()) for name, value in values.items())


def _proxy_base(call: Call) -> bytes:
    """The part of an FC2 proxy path before the app's own (contract DOM-1), else b""."""
    if call.facts.api_family is not ApiFamily.FC2 or call.facts.ingress is Ingress.API:
        return b""
    return place(_origin(call), b"").base.encode("latin-1")


def _path(call: Call) -> bytes:
    return _origin(call).partition(b"?")[0]


def _origin(call: Call) -> bytes:
    absolute = split_absolute(call.request.target)
    return absolute[1] if absolute else call.request.target
