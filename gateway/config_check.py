"""What FC would refuse in a config that is well-formed: ranges, doubled triggers, routes to nowhere.

Must not know: how the config was written. Read next: config_load.py.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from gateway.auth_check import check_auth
from gateway.config import METHODS
from gateway.launch_check import check_launch
from gateway.shape import Path, Problem, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.config import Config, Domain, Function, Route, Trigger

RANGES = {"timeout_s": (0.001, 86400, "seconds"), "memory_mb": (64, 65536, "MB"), "concurrency": (0, 200, "calls")}
"""Field -> least, largest, unit (contract section 3, "other ceilings"; 0 calls = unlimited)."""


ASYNC_RANGES = {"retries": (0, 8, "retries"), "age_s": (1, 2592000, "seconds")}
"""As RANGES, for asynchronous calls. FC's pages disagree about the age: one week or 30 days (contract ASYNC-7)."""


def check(config: Config) -> Iterator[Problem]:
    """Every problem that the values have among themselves."""
    if not config.functions:
        yield Problem(("functions",), "at least one function is needed")
    yield from _doubles([one.name for one in config.functions], ("functions",), "function")
    yield from _doubles([one.name.lower() for one in config.domains], ("domains",), "domain")
    for place, function in enumerate(config.functions):
        yield from _function(function, ("functions", place))
    names = [one.name for one in config.functions]
    for place, domain in enumerate(config.domains):
        yield from _domain(domain, names, ("domains", place))
    for name, value in _sizes(config):
        if value < 0:
            yield Problem(("limits", name), "a size in bytes cannot be negative")


def _sizes(config: Config) -> Iterator[tuple[str, int]]:
    limits = config.limits
    for name in limits.__dataclass_fields__:
        yield name, getattr(limits, name)


def _function(function: Function, path: Path) -> Iterator[Problem]:
    for name, (least, largest, unit) in RANGES.items():
        value: Any = getattr(function, name)
        if not least <= value <= largest:
            yield Problem((*path, name), f"{value:g} is not possible: {least:g} to {largest:g} {unit}")
    for name, (least, largest, unit) in ASYNC_RANGES.items():
        value = getattr(function.asynchronous, name)
        if not least <= value <= largest:
            yield Problem((*path, "asynchronous", name), f"{value} is not possible: {least} to {largest} {unit}")
    server = urlsplit(function.server)
    if server.scheme != "http" or not server.hostname:
        yield Problem((*path, "server"), f"{function.server!r} is not an address such as http://127.0.0.1:9000")
    yield from _triggers(function.triggers, (*path, "triggers"))
    yield from check_launch(function.launch, (*path, "launch"))


def _triggers(triggers: tuple[Trigger, ...], path: Path) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for place, trigger in enumerate(triggers):
        if trigger.qualifier in seen:
            # REQ-LIM-10
            other = f"{trigger.qualifier} has an HTTP trigger already, {seen[trigger.qualifier]!r}"
            yield Problem((*path, place), f"{other}: FC allows one for each version or alias")
        seen.setdefault(trigger.qualifier, trigger.name)
        yield from _methods(trigger.methods, (*path, place, "methods"))
        yield from check_auth(trigger.auth_type, trigger.jwt, (*path, place))


def _methods(methods: tuple[str, ...], path: Path) -> Iterator[Problem]:
    for place, method in enumerate(methods):
        if method not in METHODS:
            yield Problem((*path, place), f"{method!r} is not possible{nearest(method.upper(), list(METHODS))}")


def _domain(domain: Domain, functions: list[str], path: Path) -> Iterator[Problem]:
    yield from check_auth(domain.auth_type, domain.jwt, path)
    yield from _doubles([one.path for one in domain.routes], (*path, "routes"), "route")
    for place, route in enumerate(domain.routes):
        here = (*path, "routes", place)
        if route.function not in functions:
            text = f"no function is named {route.function!r}{nearest(route.function, functions)}"
            yield Problem((*here, "function"), text)
        if not route.path.startswith("/") or "*" in route.path[:-1]:
            text = f"{route.path!r} is not possible: a path begins with / and has * at its end alone"
            yield Problem((*here, "path"), text)
        yield from _methods(route.methods, (*here, "methods"))
        yield from _expressions(route, (*here, "regex_rules"))


def _expressions(route: Route, path: Path) -> Iterator[Problem]:
    for place, rule in enumerate(route.regex_rules):
        try:
            re.compile(rule.match)
        except re.error as error:
            yield Problem((*path, place, "match"), f"{rule.match!r} is not a regular expression: {error}")


def _doubles(names: list[str], path: Path, what: str) -> Iterator[Problem]:
    for place, name in enumerate(names):
        if name in names[:place]:
            yield Problem((*path, place), f"there is another {what} {name!r} before this one")
