"""The server sees the rewritten path, the client's is what routes are chosen by (contract DOM-RW-6)."""

from __future__ import annotations

from dataclasses import replace

from gateway.config import Config, Domain, Rewrite, Route
from gateway.rules import samples
from gateway.rules.route import rewrite
from tests.gateway.cases import get
from tests.gateway.walker import server_request, walk

HOST = (b"Host", b"a.test")
RULES = (Rewrite("/a", "/b"), Rewrite("/c", "/\u5927"))
CONFIG = Config(domains=(Domain("a.test", (Route("/b", "web"), Route("/*", "web", equal_rules=RULES))),))


def test_the_server_gets_the_rewritten_path() -> None:
    exchange = walk(get(host=HOST, target=b"/a?x=\xff"), config=CONFIG)
    assert server_request(exchange).target == b"/b?x=\xff"
    assert exchange.facts.route == "/*"


def test_a_route_without_rules_leaves_the_path_alone() -> None:
    assert server_request(walk(get(host=HOST, target=b"/b"), config=CONFIG)).target == b"/b"
    assert server_request(walk(get(target=b"/a"), config=CONFIG)).target == b"/a"


def test_a_replacement_is_written_as_bytes() -> None:
    assert server_request(walk(get(host=HOST, target=b"/c"), config=CONFIG)).target == b"/%E5%A4%A7"


def test_a_route_that_the_config_no_longer_has_changes_nothing() -> None:
    gone = replace(samples.CUSTOM, facts=replace(samples.CUSTOM.facts, domain="a.test", route="/gone"), config=CONFIG)
    assert rewrite(gone.request, gone) is gone.request
