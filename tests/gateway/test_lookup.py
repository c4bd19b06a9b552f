"""Routing precedence of contract DOM-2, and what a config says about a call."""

from __future__ import annotations

import pytest

from gateway.config import Config, Domain, Function, Route, Trigger
from gateway.lookup import (
    answers_to_any_name,
    domain_of,
    first_qualifier,
    function_named,
    host_name,
    route_named,
    route_of,
    trigger_of,
)

ROUTES = Domain("a.test", tuple(Route(path, "web") for path in ("/*", "/a/*", "/a", "/a/b/*", "/login/*")))


@pytest.mark.parametrize(
    ("path", "route"),
    [
        pytest.param("/a", "/a", id="exact-first"),
        pytest.param("/a/", "/a/*", id="slash-is-another-path"),
        pytest.param("/a/b/c", "/a/b/*", id="longest-prefix"),
        pytest.param("/x", "/*", id="rest"),
        pytest.param("/login", "/*", id="no-slash-no-match"),
        pytest.param("/A", "/*", id="case-counts"),
    ],
)
def test_which_route_a_path_takes(path: str, route: str) -> None:
    found = route_of(ROUTES, path)
    assert found is not None
    assert found.path == route


def test_no_route_is_none() -> None:
    assert route_of(Domain("a.test", (Route("/a", "web"),)), "/b") is None


@pytest.mark.parametrize(
    ("host", "name"),
    [
        pytest.param("a.test", "a.test", id="own-name-first"),
        pytest.param("b.x.test", "*.x.test", id="longest-star"),
        pytest.param("c.test", "*.test", id="star"),
        pytest.param("test", None, id="star-needs-a-label"),
    ],
)
def test_which_domain_a_host_is(host: str, name: str | None) -> None:
    config = Config(domains=(Domain("*.test"), Domain("*.x.test"), Domain("A.test")))
    found = domain_of(config, host)
    assert (found.name.lower() if found else None) == name


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        pytest.param(b"A.test:80", "a.test", id="port"),
        pytest.param(b"a.test.", "a.test", id="root-dot"),
        pytest.param(b"[::1]:80", "[::1]", id="ipv6"),
        pytest.param(b"", "", id="none"),
    ],
)
def test_a_host_is_compared_as_dns_does(raw: bytes, name: str) -> None:
    assert host_name(raw) == name


def test_the_settings_of_a_function() -> None:
    config = Config(functions=(Function(name="a"), Function(name="b", triggers=(Trigger(qualifier="q"),))))
    assert function_named(config, "b").name == "b"
    assert function_named(config, "nobody").name == "a"
    assert trigger_of(config.functions[1], "q") is config.functions[1].triggers[0]
    assert trigger_of(config.functions[1], "LATEST") is None
    assert first_qualifier(config.functions[1]) == "q"
    assert first_qualifier(Function(triggers=())) == "LATEST"


def test_every_name_is_served_while_nobody_named_the_function() -> None:
    assert answers_to_any_name(Config())
    assert not answers_to_any_name(Config(functions=(Function(name="shop"),)))
    assert not answers_to_any_name(Config(functions=(Function(), Function(name="shop"))))


def test_a_route_is_found_again_by_domain_and_path() -> None:
    config = Config(domains=(Domain("b.test"), ROUTES))
    found = route_named(config, "a.test", "/a/*")
    assert found is ROUTES.routes[1]
    assert route_named(config, "a.test", "/gone") is None
    assert route_named(config, "c.test", "/a") is None
