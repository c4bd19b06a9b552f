"""An s.yaml of Serverless Devs (components fc3 and fc3-domain) as the mapping that config.py's fields spell.

The keys are those of the components' own schemas (contract section 17), so that a slip is told from a setting
that does not matter here. Must not know: YAML, files, environment.
Read next: serverless_keys.py (the keys), serverless_launch.py (how programs start), config_load.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.serverless_async import asynchronous
from gateway.serverless_auth import jwt
from gateway.serverless_keys import (
    CONTAINER,
    DOMAIN,
    DOMAIN_AUTH,
    FUNCTION,
    HTTP_TRIGGER,
    RESOURCE,
    ROUTE,
    RUNTIME,
    TOP,
    TRIGGER,
)
from gateway.serverless_launch import launch
from gateway.shape import Path, Problem, unknown_keys

# FC3C: what the component fills in when a key is missing (contract YAML-2).
DEFAULTS = {"timeout": 3, "memorySize": 512, "instanceConcurrency": 1, "handler": "index.handler"}
FUNCTION_KEYS = {
    "functionName": "name",
    "timeout": "timeout_s",
    "memorySize": "memory_mb",
    "instanceConcurrency": "concurrency",
    "handler": "handler",
}
REWRITE_KEYS = {"equalRules": "equal_rules", "wildcardRules": "wildcard_rules", "regexRules": "regex_rules"}
ROUTE_KEYS = {"path": "path", "functionName": "function", "qualifier": "qualifier", "methods": "methods"}


@dataclass(slots=True)
class Reading:
    """An s.yaml while it is read. `places`: where in the file each part of `plain` was written."""

    document: Mapping[Any, Any]
    plain: dict[str, Any] = field(default_factory=dict)
    places: dict[Path, Path] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def keys(self, value: Any, known: tuple[str, ...], path: Path) -> Mapping[Any, Any]:  # noqa: ANN401 - any YAML value
        """The mapping at a place, its unknown keys noted; an empty one when it is something else."""
        if not isinstance(value, Mapping):
            self.problems.append(Problem(path, "a mapping is expected here"))
            return {}
        self.problems += unknown_keys(value, known, path)
        return value

    def required(self, mapping: Mapping[Any, Any], key: str, path: Path) -> Any:  # noqa: ANN401 - any YAML value
        """The value of a key that must be there; "" and a problem when it is not."""
        if key not in mapping:
            self.problems.append(Problem(path, f"{key} is missing"))
        return mapping.get(key, "")

    def items(self, value: Any, path: Path) -> list[tuple[Any, Path]]:  # noqa: ANN401 - any YAML value
        """The elements of a list with their paths."""
        if not isinstance(value, Sequence) or isinstance(value, str):
            self.problems.append(Problem(path, "a list is expected here"))
            return []
        return [(one, (*path, place)) for place, one in enumerate(value)]

    def refuse(self, path: Path, text: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(path, text))

    def put(self, into: dict[str, Any], own: Path, value: Any, path: Path) -> None:  # noqa: ANN401 - any YAML value
        """Set the last key of `own`, references resolved, and note where it came from."""
        into[str(own[-1])] = self.resolved(value, path)
        self.places[own] = path

    def resolved(self, value: Any, path: Path) -> Any:  # noqa: ANN401 - any YAML value
        """A value with its `${vars.x}` and `${resources.a.props.b}` filled in (contract YAML-4)."""
        if not isinstance(value, str) or "${" not in value:
            return value
        whole = _REFERENCE.fullmatch(value)
        if whole:
            return self._lookup(whole[1], path)
        return _REFERENCE.sub(lambda found: str(self._lookup(found[1], path)), value)

    def _lookup(self, name: str, path: Path) -> Any:  # noqa: ANN401 - any YAML value
        here: Any = self.document
        for key in name.split("."):
            here = here.get(key) if isinstance(here, Mapping) else None
        if isinstance(here, str | int | float) and "${" not in str(here):
            return here
        self.problems.append(Problem(path, f"${{{name}}} cannot be resolved here: write the value"))
        return ""


_REFERENCE = re.compile(r"\$\{([^}]*)\}")


def translate(document: Mapping[Any, Any]) -> Reading:
    """Every function and domain of the resources; other components are left alone."""
    reading = Reading(document, {"functions": [], "domains": []})
    reading.keys(document, TOP, ())
    resources = document.get("resources")
    for name, resource in reading.keys(resources, tuple(map(str, resources or ())), ("resources",)).items():
        path: Path = ("resources", str(name))
        component = reading.keys(resource, RESOURCE, path).get("component", "")
        read = _COMPONENTS.get(str(component).rpartition("/")[2].partition("@")[0])
        if read is not None:
            read(reading, resource.get("props"), (*path, "props"))
    if not reading.plain["functions"]:
        reading.problems.append(Problem(("resources",), "no resource has the component fc3: there is no function"))
    return reading


def _function(reading: Reading, props: Any, path: Path) -> None:  # noqa: ANN401 - any YAML value
    props = reading.keys(props, FUNCTION, path)
    own: Path = ("functions", len(reading.plain["functions"]))
    function: dict[str, Any] = {}
    reading.places[own] = path
    given = {**DEFAULTS, "functionName": reading.required(props, "functionName", path), **props}
    for theirs, ours in FUNCTION_KEYS.items():
        reading.put(function, (*own, ours), given[theirs], (*path, theirs))
    if "region" in props:
        reading.put(reading.plain, ("region",), props["region"], (*path, "region"))
    port = _port(reading, props, path)
    reading.put(function, (*own, "server"), f"http://127.0.0.1:{port}", path)
    function["launch"] = launch(reading, props, path, (*own, "launch"))
    if "asyncInvokeConfig" in props:
        function["asynchronous"] = asynchronous(reading, props["asyncInvokeConfig"], path, (*own, "asynchronous"))
    function["triggers"] = _triggers(reading, props.get("triggers", []), (*path, "triggers"), (*own, "triggers"))
    reading.plain["functions"].append(function)


def _port(reading: Reading, props: Mapping[Any, Any], path: Path) -> Any:  # noqa: ANN401 - checked with the server's address
    for key, known in (("customRuntimeConfig", RUNTIME), ("customContainerConfig", CONTAINER)):
        if key in props:
            config = reading.keys(props[key], known, (*path, key))
            return reading.resolved(config.get("port", 9000), (*path, key, "port"))
    return 9000


def _triggers(reading: Reading, value: Any, path: Path, own: Path) -> list[dict[str, Any]]:  # noqa: ANN401 - any YAML value
    found: list[dict[str, Any]] = []
    for one, here in reading.items(value, path):
        trigger = reading.keys(one, TRIGGER, here)
        if trigger.get("triggerType") == "http":
            found.append(_http_trigger(reading, trigger, here, (*own, len(found))))
    return found


def _http_trigger(reading: Reading, trigger: Mapping[Any, Any], path: Path, own: Path) -> dict[str, Any]:
    reading.places[own] = path
    into: dict[str, Any] = {}
    config = reading.keys(trigger.get("triggerConfig", {}), HTTP_TRIGGER, (*path, "triggerConfig"))
    for source, at, theirs, ours in (
        (trigger, path, "triggerName", "name"),
        (trigger, path, "qualifier", "qualifier"),
        (config, (*path, "triggerConfig"), "methods", "methods"),
        (config, (*path, "triggerConfig"), "authType", "auth_type"),
        (config, (*path, "triggerConfig"), "disableURLInternet", "internet_url_disabled"),
    ):
        if theirs in source:
            reading.put(into, (*own, ours), source[theirs], (*at, theirs))
    if config.get("authType") == "jwt" and config.get("authConfig"):
        into["jwt"] = jwt(reading, config["authConfig"], (*path, "triggerConfig", "authConfig"), (*own, "jwt"))
    return into


def _domain(reading: Reading, props: Any, path: Path) -> None:  # noqa: ANN401 - any YAML value
    props = reading.keys(props, DOMAIN, path)
    own: Path = ("domains", len(reading.plain["domains"]))
    reading.places[own] = path
    domain: dict[str, Any] = {"routes": []}
    name = reading.required(props, "domainName", path)
    reading.put(domain, (*own, "name"), name, (*path, "domainName"))
    auth = reading.keys(props.get("authConfig") or {}, DOMAIN_AUTH, (*path, "authConfig"))
    if "authType" in auth:
        reading.put(domain, (*own, "auth_type"), auth["authType"], (*path, "authConfig", "authType"))
    if auth.get("authType") == "jwt" and auth.get("authInfo"):
        domain["jwt"] = jwt(reading, auth["authInfo"], (*path, "authConfig", "authInfo"), (*own, "jwt"))
    routes = reading.keys(props.get("routeConfig", {}), ("routes",), (*path, "routeConfig")).get("routes", [])
    for one, here in reading.items(routes, (*path, "routeConfig", "routes")):
        place: Path = (*own, "routes", len(domain["routes"]))
        domain["routes"].append(_route(reading, one, here, place))
    reading.plain["domains"].append(domain)


def _route(reading: Reading, value: Any, path: Path, own: Path) -> dict[str, Any]:  # noqa: ANN401 - any YAML value
    reading.places[own] = path
    route = reading.keys(value, ROUTE, path)
    into: dict[str, Any] = {}
    for theirs, ours in (
        ("path", "path"),
        ("functionName", "function"),
        ("qualifier", "qualifier"),
        ("methods", "methods"),
    ):
        if theirs in route:
            reading.put(into, (*own, ours), route[theirs], (*path, theirs))
    rewrites = reading.keys(route.get("rewriteConfig") or {}, tuple(REWRITE_KEYS), (*path, "rewriteConfig"))
    for theirs, ours in REWRITE_KEYS.items():
        if theirs in rewrites:
            reading.put(into, (*own, ours), rewrites[theirs], (*path, "rewriteConfig", theirs))
    return into


_COMPONENTS = {"fc3": _function, "fc3-domain": _domain}
