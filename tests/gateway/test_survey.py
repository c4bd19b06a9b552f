"""Whom a call is for, by head and config."""

from __future__ import annotations

import pytest

from gateway.config import Config, Domain, DomainKind, Function, Route, Trigger
from gateway.facts import ApiFamily, Facts, Ingress, InvocationType, LogType
from gateway.messages import Header, Request
from gateway.survey import Refusal, survey
from tests.gateway.walker import SEED

TWO = Config(
    functions=(Function(name="shop_web", triggers=(Trigger(qualifier="prod"),)), Function(name="shop")),
    domains=(
        Domain("shop.example.test", (Route("/a", "shop"), Route("/a/*", "shop_web", "prod"))),
        Domain("*.example.test", (Route("/*", "shop"),)),
    ),
)


def facts_of(target: bytes, *headers: Header, config: Config | None = None, method: bytes = b"POST") -> Facts:
    return survey(Request(method, target, headers), SEED, config or Config())


@pytest.mark.parametrize(
    ("host", "kind", "ingress"),
    [
        pytest.param(b"127.0.0.1:8080", DomainKind.AUTO, Ingress.HTTP_CUSTOM, id="loopback"),
        pytest.param(b"web-abc.cn-hangzhou.fcapp.run", DomainKind.AUTO, Ingress.HTTP_DEFAULT, id="fcapp"),
        pytest.param(b"1.CN-hangzhou.fc.AliyunCS.com:80", DomainKind.AUTO, Ingress.HTTP_DEFAULT, id="aliyuncs"),
        pytest.param(b"fcapp.run.evil.test", DomainKind.AUTO, Ingress.HTTP_CUSTOM, id="look-alike"),
        pytest.param(b"[::1]:8080", DomainKind.AUTO, Ingress.HTTP_CUSTOM, id="ipv6"),
        pytest.param(b"127.0.0.1", DomainKind.DEFAULT, Ingress.HTTP_DEFAULT, id="option-default"),
        pytest.param(b"web.fcapp.run", DomainKind.CUSTOM, Ingress.HTTP_CUSTOM, id="option-custom"),
    ],
)
def test_the_host_decides_which_kind_of_domain(host: bytes, kind: DomainKind, ingress: Ingress) -> None:
    assert facts_of(b"/", (b"Host", host), config=Config(domain_kind=kind)).ingress is ingress


@pytest.mark.parametrize(
    ("target", "function", "service", "qualifier", "family"),
    [
        pytest.param(b"/2023-03-30/functions/f/invocations", "f", "", "LATEST", ApiFamily.FC3, id="fc3"),
        pytest.param(b"//2023-03-30/functions/a%20b%24c/invocations", "a b$c", "", "LATEST", ApiFamily.FC3, id="coded"),
        pytest.param(
            b"/2023-03-30/functions/f/invocations?x=1&qualifier=prod", "f", "", "prod", ApiFamily.FC3, id="qualifier"
        ),
        pytest.param(
            b"/2016-08-15/services/s.prod/functions/f/invocations", "f", "s", "prod", ApiFamily.FC2, id="fc2-dot"
        ),
        pytest.param(
            b"/2021-04-06/services/s/functions/f/invocations?qualifier=q", "f", "s", "q", ApiFamily.FC2, id="fc2-query"
        ),
    ],
)
def test_api_calls_are_known_by_their_path(
    target: bytes, function: str, service: str, qualifier: str, family: ApiFamily
) -> None:
    facts = facts_of(target, (b"Host", b"http://127.0.0.1:1"))
    assert facts.ingress is Ingress.API
    assert (facts.function, facts.service, facts.qualifier) == (function, service, qualifier)
    assert facts.api_family is family
    assert facts.refusal == ""


@pytest.mark.parametrize(
    ("target", "method", "refusal"),
    [
        pytest.param(b"/2023-03-30/functions/f/invocations", b"GET", Refusal.PATH_NOT_SUPPORTED, id="method"),
        pytest.param(b"/2023-03-30/functions", b"POST", Refusal.PATH_NOT_SUPPORTED, id="listing"),
        pytest.param(b"/2016-08-15/services/s", b"GET", Refusal.PATH_NOT_SUPPORTED, id="service"),
        pytest.param(b"/2016-08-15/proxy/s", b"GET", Refusal.PATH_NOT_SUPPORTED, id="half-a-proxy-path"),
        pytest.param(b"/2023-03-30", b"GET", Refusal.PATH_NOT_SUPPORTED, id="version-alone"),
    ],
)
def test_other_paths_of_the_apis_are_refused(target: bytes, method: bytes, refusal: str) -> None:
    facts = facts_of(target, method=method)
    assert (facts.ingress, facts.refusal) == (Ingress.API, refusal)


@pytest.mark.parametrize("target", [b"/2024/a", b"//a", b"/2023-03-30a", b"/a/2016-08-15/proxy/s"])
def test_other_paths_are_the_apps_own(target: bytes) -> None:
    facts = facts_of(target)
    assert (facts.ingress, facts.refusal, facts.function) == (Ingress.HTTP_CUSTOM, "", "web")


def test_the_fc2_proxy_path_is_an_http_call_on_the_default_domain() -> None:
    facts = facts_of(b"/2016-08-15/proxy/svc.prod/fn/a?b", method=b"GET")
    assert (facts.ingress, facts.function, facts.service) == (Ingress.HTTP_DEFAULT, "fn", "svc")
    assert (facts.qualifier, facts.api_family) == ("prod", ApiFamily.FC2)


def test_on_a_custom_domain_no_path_is_an_api() -> None:
    config = Config(domains=(Domain("127.0.0.1", (Route("/*", "web"),)),))
    facts = facts_of(b"/2023-03-30/functions/web/invocations", (b"Host", b"127.0.0.1:80"), config=config)
    assert (facts.ingress, facts.route, facts.domain) == (Ingress.HTTP_CUSTOM, "/*", "127.0.0.1")


@pytest.mark.parametrize(
    ("host", "target", "function", "route", "refusal"),
    [
        pytest.param(b"shop.example.test", b"/a?b", "shop", "/a", "", id="exact"),
        pytest.param(b"shop.example.test", b"/a/b", "shop_web", "/a/*", "", id="prefix"),
        pytest.param(b"shop.example.test", b"/b", "", "", Refusal.ROUTE_NOT_FOUND, id="none"),
        pytest.param(b"other.example.test", b"/b", "shop", "/*", "", id="wildcard-domain"),
    ],
)
def test_routes_of_a_custom_domain(host: bytes, target: bytes, function: str, route: str, refusal: str) -> None:
    facts = facts_of(target, (b"Host", host), config=TWO)
    assert (facts.function, facts.route, facts.refusal) == (function, route, refusal)


@pytest.mark.parametrize(
    ("host", "function", "qualifier"),
    [
        pytest.param(b"shop-web-abcdefghij.cn-hangzhou.fcapp.run", "shop_web", "prod", id="longest-slug"),
        pytest.param(b"shop-abcdefghij.cn-hangzhou.fcapp.run", "shop", "LATEST", id="slug"),
        pytest.param(b"127.0.0.1", "shop_web", "prod", id="first"),
    ],
)
def test_the_default_domain_names_its_function(host: bytes, function: str, qualifier: str) -> None:
    facts = facts_of(b"/", (b"Host", host), config=TWO)
    assert (facts.function, facts.qualifier) == (function, qualifier)


def test_control_fields_are_read_in_their_documented_spelling() -> None:
    facts = facts_of(b"/", (b"x-fc-invocation-type", b"Async"), (b"X-FC-LOG-TYPE", b"Tail"))
    assert (facts.invocation_type, facts.log_type) == (InvocationType.ASYNC, LogType.TAIL)
    facts = facts_of(b"/", (b"x-fc-invocation-type", b"ASYNC"), (b"X-FC-LOG-TYPE", b""))
    assert (facts.invocation_type, facts.log_type) == (InvocationType.SYNC, LogType.NONE)


@pytest.mark.parametrize(
    ("request_", "close"),
    [
        pytest.param(Request(b"GET", b"/"), False, id="1.1"),
        pytest.param(Request(b"GET", b"/", version=b"HTTP/1.0"), True, id="1.0"),
        pytest.param(Request(b"GET", b"/", ((b"Connection", b"a, Close"),)), True, id="close"),
        pytest.param(Request(b"GET", b"/", ((b"Connection", b"close"), (b"Connection", b"a"))), True, id="two-lines"),
        pytest.param(Request(b"GET", b"/", ((b"Connection", b"closed"),)), False, id="other-token"),
    ],
)
def test_whether_the_connection_ends(request_: Request, close: bool) -> None:
    assert survey(request_, SEED, Config()).close is close


def test_the_host_of_an_absolute_target_outranks_the_field() -> None:
    facts = facts_of(b"http://u@Web.fcapp.run:80/2023-03-30/functions/f/invocations", (b"Host", b"b.test"))
    assert facts.ingress is Ingress.API
    assert facts_of(b"http://a.fcapp.run", (b"Host", b"b.test")).ingress is Ingress.HTTP_DEFAULT
