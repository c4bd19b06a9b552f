"""Which function a call is for, and by which door it came: request head + config -> Facts.

Never by Host whether it is an API call: SDKs send any Host (contract API-SDK-1). On a bound custom domain every
path is the app's. Must not know: what the rules then do with the facts. Read next: target.py, lookup.py, core.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from gateway import lookup
from gateway.facts import Facts, Ingress, InvocationType, LogType
from gateway.target import APP, Kind, Place, place, split_absolute

if TYPE_CHECKING:
    from gateway.config import Config, Domain
    from gateway.facts import Seed
    from gateway.messages import Request


class Refusal(StrEnum):
    """Why a call cannot be matched to a function, or not be accepted (`Facts.refusal`)."""

    FUNCTION_NOT_FOUND = "function-not-found"
    PATH_NOT_SUPPORTED = "path-not-supported"
    ROUTE_NOT_FOUND = "route-not-found"
    TASK_EXISTS = "task-exists"


_INVOCATION_TYPES = {kind.value.encode(): kind for kind in InvocationType}
_LOG_TYPES = {kind.value.encode(): kind for kind in LogType}


@dataclass(slots=True)
class _Fields:
    """The header values that decide, gathered in one pass."""

    host: bytes = b""
    close: bool = False
    invocation: InvocationType = InvocationType.SYNC
    log: LogType = LogType.NONE


def survey(head: Request, seed: Seed, config: Config) -> Facts:
    """Everything beside the message that rules may look at.

    An unknown value of a control header counts as its default here; a rule refuses the call (CTL-10).
    """
    fields = _read(head)
    target = head.target
    if not target.startswith(b"/") and (absolute := split_absolute(target)):
        fields.host, target = absolute
    host = lookup.host_name(fields.host)
    domain = lookup.domain_of(config, host) if config.domains else None
    where = APP if domain else place(target, head.method)
    whom = _on_domain(domain, target, config) if domain else _by_path(where, host, config)
    return Facts(
        seed=seed,
        ingress=whom.ingress,
        function=whom.function,
        qualifier=whom.qualifier,
        invocation_type=fields.invocation,
        log_type=fields.log,
        api_family=where.family,
        service=where.service,
        route=whom.route,
        refusal=whom.refusal,
        close=fields.close or head.version == b"HTTP/1.0",
        domain=domain.name if domain else "",
    )


def _read(head: Request) -> _Fields:
    fields = _Fields()
    for name, value in head.headers:
        low = name.lower()
        if low == b"host":
            fields.host = value
        elif low == b"connection":
            fields.close = fields.close or b"close" in [token.strip() for token in value.lower().split(b",")]
        elif low == b"x-fc-invocation-type":
            fields.invocation = _INVOCATION_TYPES.get(value, InvocationType.SYNC)
        elif low == b"x-fc-log-type":
            fields.log = _LOG_TYPES.get(value, LogType.NONE)
    return fields


@dataclass(frozen=True, slots=True)
class _Whom:
    """Whom a call is for."""

    ingress: Ingress
    function: str = ""
    qualifier: str = "LATEST"
    route: str = ""
    refusal: str = ""


def _by_path(where: Place, host: str, config: Config) -> _Whom:
    """The function of a call that came by no domain of the config."""
    if where.kind is Kind.APP:
        ingress = Ingress.HTTP_DEFAULT if lookup.is_default_domain(host, config.domain_kind) else Ingress.HTTP_CUSTOM
        function = config.functions[0] if len(config.functions) == 1 else lookup.function_of_host(config, host)
        return _Whom(ingress, function.name, lookup.first_qualifier(function))
    if where.kind is Kind.UNSUPPORTED:
        return _Whom(Ingress.API, refusal=Refusal.PATH_NOT_SUPPORTED)
    ingress = Ingress.HTTP_DEFAULT if where.kind is Kind.PROXY else Ingress.API
    known = lookup.answers_to_any_name(config) or _is_function(where.function, config)
    refusal = "" if known else Refusal.FUNCTION_NOT_FOUND
    return _Whom(ingress, where.function, where.qualifier or "LATEST", refusal=refusal)


def _on_domain(domain: Domain, target: bytes, config: Config) -> _Whom:
    """The function of a call on a custom domain: its routes match the path as the client wrote it (DOM-RW-6)."""
    path = target.partition(b"?")[0].decode("latin-1")
    route = lookup.route_of(domain, path)
    if route is None:
        return _Whom(Ingress.HTTP_CUSTOM, refusal=Refusal.ROUTE_NOT_FOUND)
    refusal = "" if _is_function(route.function, config) else Refusal.FUNCTION_NOT_FOUND
    return _Whom(Ingress.HTTP_CUSTOM, route.function, route.qualifier, route.path, refusal)


def _is_function(name: str, config: Config) -> bool:
    return any(one.name == name for one in config.functions)
