"""What a custom domain's route does to a request. Contract section 9. Read next: ../rewrite.py."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gateway.config import Config, Domain, Evidence, Rewrite, Route
from gateway.lookup import route_named
from gateway.rewrite import rewritten
from gateway.rule import Example, Rule, Source, Text
from gateway.rules import samples, sources, whens

if TYPE_CHECKING:
    from gateway.messages import Request
    from gateway.rule import Call


def rewrite(request: Request, call: Call) -> Request:
    """Give the server the path that the route's rules make of the client's."""
    facts = call.facts
    route = route_named(call.config, facts.domain, facts.route) if facts.route else None
    if route is None:
        return request
    target = request.target.decode("latin-1")
    new = rewritten(target, route)
    return request if new == target else replace(request, target=new.encode("latin-1"))


_STRIP_API = Route("/api/*", "web", wildcard_rules=(Rewrite("^/api/*", "/$1"),))
SAMPLE = replace(
    samples.CUSTOM,
    facts=replace(samples.CUSTOM.facts, domain="a.test", route="/api/*"),
    config=Config(domains=(Domain("a.test", (_STRIP_API,)),)),
)

REWRITE = Rule(
    id="req.rewrite.path",
    summary=Text(
        "自定义域名的重写规则改变服务看到的路径",
        "The rewrite rules of a custom domain change the path that the server sees",
    ),
    why=Text(
        "只改变路径和查询参数；路由按客户端的原路径选择。没有 ^ 的通配规则也会命中路径中间。",
        "Path and query alone change; the route was chosen by the path of the client. A wildcard rule "
        "without ^ hits in the middle too.",
    ),
    source=Source(("DOM-RW-1", "DOM-RW-3", "DOM-RW-6"), sources.REWRITE, "重写模式"),
    evidence=Evidence.DOCUMENTED,
    op=rewrite,
    when=whens.CUSTOM_DOMAIN,
    examples=(Example(samples.request(target=b"/api/users?x=1"), samples.request(target=b"/users?x=1"), SAMPLE),),
)
