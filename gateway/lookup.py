"""Finds what a config says about a call: its function, trigger, domain and route.

Must not know: messages. Read next: survey.py.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from gateway.config import DomainKind, Function

if TYPE_CHECKING:
    from gateway.config import Config, Domain, Route, Trigger

_UNNAMED = Function().name
_DEFAULT_DOMAINS = (".fcapp.run", ".aliyuncs.com")


def function_named(config: Config, name: str) -> Function:
    """The function of that name, else the first: a call always has settings to work with."""
    for function in config.functions:
        if function.name == name:
            return function
    return config.functions[0]


def answers_to_any_name(config: Config) -> bool:
    """Whether API calls to any function name are served.

    So it is while nobody named the function: an SDK example then works as it is. Once a config or option
    names a function, every other name is FunctionNotFound, as on the platform.
    """
    return len(config.functions) == 1 and config.functions[0].name == _UNNAMED


def trigger_of(function: Function, qualifier: str) -> Trigger | None:
    """The HTTP trigger of a version or alias; at most one exists (contract REQ-LIM-10)."""
    for trigger in function.triggers:
        if trigger.qualifier == qualifier:
            return trigger
    return None


def first_qualifier(function: Function) -> str:
    """The version or alias that the function's URL calls when nothing else says so."""
    return function.triggers[0].qualifier if function.triggers else "LATEST"


@lru_cache(maxsize=256)
def is_default_domain(host: str, kind: DomainKind) -> bool:
    """Whether a Host that no domain of the config names is FC's own (option fc_domain; contract DOM-0, DOM-1)."""
    return host.endswith(_DEFAULT_DOMAINS) if kind is DomainKind.AUTO else kind is DomainKind.DEFAULT


@lru_cache(maxsize=256)
def host_name(raw: bytes) -> str:
    """A Host value without its port, in lower case: names are compared as DNS does (contract DOM-3)."""
    text = raw.decode("latin-1").lower()
    if text.startswith("["):
        return text.partition("]")[0] + "]"
    return text.partition(":")[0].rstrip(".")


def domain_of(config: Config, host: str) -> Domain | None:
    """The custom domain bound to a host: its own name first, then `*.` domains, the longest first."""
    stars: list[Domain] = []
    for domain in config.domains:
        name = domain.name.lower()
        if name == host:
            return domain
        if name.startswith("*.") and host.endswith(name[1:]):
            stars.append(domain)
    return max(stars, key=lambda domain: len(domain.name), default=None)


def route_of(domain: Domain, path: str) -> Route | None:
    """The route of a path: an exact one first, else the longest prefix (contract DOM-2)."""
    prefixes: list[Route] = []
    for route in domain.routes:
        if route.path == path:
            return route
        if route.path.endswith("*") and path.startswith(route.path[:-1]):
            prefixes.append(route)
    return max(prefixes, key=lambda route: len(route.path), default=None)


def route_named(config: Config, domain: str, path: str) -> Route | None:
    """The route that a survey found, by its domain's name and its own path."""
    for one in config.domains:
        if one.name == domain:
            return next((route for route in one.routes if route.path == path), None)
    return None


def function_of_host(config: Config, host: str) -> Function:
    """The function whose default domain a host is (contract DOM-0), else the first.

    FC makes the name `{slug}-{10 letters}.{region}.fcapp.run`; the letters differ for each trigger, so the
    slug decides. Among several slugs that fit, the longest.
    """
    label = host.partition(".")[0]
    fits = [one for one in config.functions if label == slug(one.name) or label.startswith(slug(one.name) + "-")]
    return max(fits, key=lambda one: len(one.name), default=config.functions[0])


def slug(name: str) -> str:
    """A function name as FC writes it into host names (contract DOM-0)."""
    return name.lower().replace("_", "-")
