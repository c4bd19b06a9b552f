"""The examples of FC's page on rewrite policies (contract DOM-RW)."""

from __future__ import annotations

import pytest

from gateway.config import Rewrite, Route
from gateway.rewrite import rewritten


@pytest.mark.parametrize(
    ("match", "replacement", "target", "result"),
    [
        pytest.param("/old", "/new", "/old", "/new", id="path"),
        pytest.param("/old", "/new", "/old?a=b", "/new?a=b", id="query-stays"),
        pytest.param("/old", "/new", "/test/old", "/test/old", id="middle"),
        pytest.param("/serviceName.Qualifier", "/serviceA", "/serviceName.Qualifier", "/serviceA", id="dot"),
    ],
)
def test_exact_rules(match: str, replacement: str, target: str, result: str) -> None:
    assert rewritten(target, Route("/*", "web", equal_rules=(Rewrite(match, replacement),))) == result


@pytest.mark.parametrize(
    ("match", "replacement", "target", "result"),
    [
        pytest.param("/old", "/new", "/old", "/new", id="path"),
        pytest.param("/old", "/new", "/test/old", "/new", id="middle-replaces-all"),
        pytest.param("^/old", "/new", "/old", "/new", id="anchored"),
        pytest.param("^/old", "/new", "/test/old", "/test/old", id="anchored-misses"),
        pytest.param("/api/*", "/$1", "/api/getFunctionName", "/getFunctionName", id="capture"),
        pytest.param("/api/*", "/$1", "/api/get&Version=1", "/get&Version=1", id="tail"),
        pytest.param("/css/*", "/public/$1", "/css/style.css", "/public/style.css", id="static"),
        pytest.param("/*.*/*", "/$1.$3/$2", "/a.b/c", "/a.c/b", id="reordered"),
        pytest.param("/a.b", "/x", "/aXb", "/aXb", id="dots-are-dots"),
        pytest.param("/a*", "$1", "/abc", "/bc", id="slash-is-kept"),
        pytest.param("/a*", "/$1$2", "/ab", "/b", id="no-such-capture"),
    ],
)
def test_wildcard_rules(match: str, replacement: str, target: str, result: str) -> None:
    assert rewritten(target, Route("/*", "web", wildcard_rules=(Rewrite(match, replacement),))) == result


@pytest.mark.parametrize(
    ("match", "replacement", "target", "result"),
    [
        pytest.param("^/old/[a-z]+/", "/new", "/old/abc/", "/new", id="class"),
        pytest.param("^/old/[a-z]+/", "/new", "/old/123/", "/old/123/", id="class-misses"),
        pytest.param("^/api/.+?/(.*)", "/api/v2/$1", "/api/v1/users?x=1", "/api/v2/users?x=1", id="capture"),
        pytest.param("^/(a)?b", "/x$1", "/b", "/x", id="empty-capture"),
    ],
)
def test_regex_rules(match: str, replacement: str, target: str, result: str) -> None:
    assert rewritten(target, Route("/*", "web", regex_rules=(Rewrite(match, replacement),))) == result


def test_the_first_hit_ends_and_exact_rules_come_first() -> None:
    route = Route(
        "/*",
        "web",
        equal_rules=(Rewrite("/a", "/1"),),
        wildcard_rules=(Rewrite("/b", "/2"), Rewrite("/*", "/3")),
        regex_rules=(Rewrite("c", "/4"),),
    )
    assert [rewritten(target, route) for target in ("/a", "/b", "/c")] == ["/1", "/2", "/3"]
