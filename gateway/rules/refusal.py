"""Why FC answers a request instead of the function: the refusals, in the order in which they are tried.

FC publishes no order; this one goes from outside in: whom the call is for, whether it may, then its size
(contract section 2).
Must not know: what later rules change. Read next: ../errors.py (the shape of an error).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gateway.config import METHODS, Config, Evidence, Function, Trigger
from gateway.errors import refuse
from gateway.facts import ApiFamily, Ingress
from gateway.lookup import answers_to_any_name, function_named, route_named, trigger_of
from gateway.ops import answer
from gateway.rule import Answer, Example, Rule, Source, Text, When
from gateway.rules import samples, sources, whens
from gateway.survey import Refusal

if TYPE_CHECKING:
    from gateway.rule import Call


def path_not_supported(call: Call) -> Answer:
    """FC's sentence for a path under an API version that no API has."""
    return refuse(call, 400, "PathNotSupported", f"'{_method(call)}' against '{_path(call)}' is not supported")


def function_not_found(call: Call) -> Answer:
    """FC's sentence for a name that no function has; FC2 tells the service too."""
    facts = call.facts
    where = f" in service '{facts.service}'" if facts.api_family is ApiFamily.FC2 else ""
    return refuse(call, 404, "FunctionNotFound", f"function '{facts.function}' does not exist{where}")


def route_not_found(call: Call) -> Answer:
    """No line of the domain's routing table fits the path."""
    text = f"no route of domain '{call.facts.domain}' matches the path '{_path(call)}'"
    return refuse(call, 404, "FunctionNotFound", text)


def no_trigger(call: Call) -> Answer:
    """The version or alias has no HTTP trigger."""
    facts = call.facts
    text = f"function '{facts.function}' has no HTTP trigger on qualifier '{facts.qualifier}'"
    return refuse(call, 404, "TriggerNotFound", text)


def internet_disabled(call: Call) -> Answer:
    """FC's sentence for a trigger that may be called from inside a VPC alone."""
    return refuse(call, 403, "AccessDenied", "access denied due to function internet URL is disabled")


def method_refused(call: Call) -> Answer:
    """The trigger, or the route, does not list the method."""
    listed = ", ".join(listed_methods(call) or METHODS)
    return refuse(call, 403, "AccessDenied", f"the HTTP method {_method(call)} is not allowed: allowed are {listed}")


def no_tunnel(call: Call) -> Answer:
    """The gateway is no proxy to other places (RFC 9110 9.3.6)."""
    return refuse(call, 400, "InvalidArgument", "CONNECT asks for a tunnel, and the gateway opens none")


def listed_methods(call: Call) -> tuple[str, ...]:
    """Methods of the route on a custom domain, else of the trigger; empty = all (contract DOM-4, METH-1)."""
    facts = call.facts
    listing = route_named(call.config, facts.domain, facts.route) if facts.route else _trigger(call)
    return listing.methods if listing else ()


def _trigger(call: Call) -> Trigger | None:
    return trigger_of(function_named(call.config, call.facts.function), call.facts.qualifier)


def _lacks_trigger(call: Call) -> bool:
    # While nobody named the function, its versions are not named either.
    return not call.facts.route and _trigger(call) is None and not answers_to_any_name(call.config)


def _is_internet_disabled(call: Call) -> bool:
    trigger = _trigger(call)
    return trigger is not None and trigger.internet_url_disabled


def _is_method_unlisted(call: Call) -> bool:
    listed = listed_methods(call)
    return bool(listed) and _method(call) not in listed


def _asks_for_tunnel(call: Call) -> bool:
    return call.request.method == b"CONNECT"


def _is_method_unknown(call: Call) -> bool:
    return not listed_methods(call) and _method(call) not in METHODS


def _method(call: Call) -> str:
    return call.request.method.decode("utf-8", "backslashreplace")


def _path(call: Call) -> str:
    return call.request.target.partition(b"?")[0].decode("utf-8", "backslashreplace")


PATH_REFUSED = whens.refused_for(Refusal.PATH_NOT_SUPPORTED, "没有 API 的路径", "paths that no API has")
FUNCTION_REFUSED = whens.refused_for(Refusal.FUNCTION_NOT_FOUND, "没有函数的名称", "names that no function has")
ROUTE_REFUSED = whens.refused_for(Refusal.ROUTE_NOT_FOUND, "没有路由的路径", "paths that no route fits")
NO_TRIGGER = When(Text("没有 HTTP 触发器的函数", "functions without an HTTP trigger"), whens.HTTP_DOORS, _lacks_trigger)
INTERNET_DISABLED = When(
    Text("禁用公网访问的默认域名", "default domains closed to the internet"),
    whens.DEFAULT_DOMAIN.ingresses,
    _is_internet_disabled,
)
METHOD_UNLISTED = When(Text("没有列出的方法", "methods that are not listed"), whens.HTTP_DOORS, _is_method_unlisted)
METHOD_UNKNOWN = When(Text("不能列出的方法", "methods that cannot be listed"), whens.HTTP_DOORS, _is_method_unknown)

ASKS_FOR_TUNNEL = When(Text("要求隧道的调用", "calls that ask for a tunnel"), test=_asks_for_tunnel)

NO_INTERNET = Config(functions=(Function(triggers=(Trigger(internet_url_disabled=True),)),))
NO_TRIGGERS = Config(functions=(Function(name="web2", triggers=()),))
GET_ONLY = Config(functions=(Function(triggers=(Trigger(methods=("GET",)),)),))

PATH = Rule(
    id="req.refuse.path",
    summary=Text(
        "版本前缀下的未知路径回答 400 PathNotSupported",
        "An unknown path under an API version is answered with 400 PathNotSupported",
    ),
    why=Text(
        "2016-08-15、2021-04-06 和 2023-03-30 之下只有公开的 API，这里只提供函数调用和 GetFunction。",
        "Below 2016-08-15, 2021-04-06 and 2023-03-30 there are the published APIs alone; invocation and GetFunction "
        "are those served here.",
    ),
    source=sources.errors("API-PATH-4"),
    evidence=Evidence.DOCUMENTED,
    op=answer(path_not_supported),
    when=PATH_REFUSED,
    examples=(
        Example(
            samples.request(target=b"/2023-03-30/functions"),
            "400 PathNotSupported",
            samples.call(Ingress.API, refusal=Refusal.PATH_NOT_SUPPORTED),
        ),
    ),
)

FUNCTION = Rule(
    id="req.refuse.function",
    summary=Text(
        "调用不存在的函数回答 404 FunctionNotFound",
        "A call to a function that does not exist is answered with 404 FunctionNotFound",
    ),
    why=Text(
        "一旦配置给函数起了名字，其他名字都不存在；没有起名时，任何名字都可以调用。",
        "Once a config names its functions no other name exists; while nobody named one, every name is served.",
    ),
    source=sources.errors("API-ERR-1"),
    evidence=Evidence.DOCUMENTED,
    op=answer(function_not_found),
    when=FUNCTION_REFUSED,
    examples=(
        Example(
            samples.request(), "404 FunctionNotFound", samples.call(Ingress.API, refusal=Refusal.FUNCTION_NOT_FOUND)
        ),
    ),
)

ROUTE = Rule(
    id="req.refuse.route",
    summary=Text(
        "自定义域名没有匹配的路由时回答 404",
        "A path that no route of a custom domain fits is answered with 404",
    ),
    why=Text(
        "网关不知道该调用哪个函数；FC 此时的回答没有公开。",
        "The gateway cannot tell which function is meant; what FC answers then is not published.",
    ),
    source=Source(("DOM-2", "DOM-8"), sources.DOMAINS, "路由匹配"),
    evidence=Evidence.ASSUMED,
    op=answer(route_not_found),
    when=ROUTE_REFUSED,
    examples=(
        Example(
            samples.request(),
            "404 FunctionNotFound",
            samples.call(Ingress.HTTP_CUSTOM, refusal=Refusal.ROUTE_NOT_FOUND),
        ),
    ),
    needed=True,
)

TRIGGER = Rule(
    id="req.refuse.trigger",
    summary=Text(
        "没有 HTTP 触发器的函数回答 404",
        "A function without an HTTP trigger is answered with 404",
    ),
    why=Text(
        "HTTP 调用经触发器到达函数；错误码没有公开，状态码有。",
        "HTTP calls reach a function through its trigger. The status is published, the code is not.",
    ),
    source=sources.http_errors("ERR-H-5"),
    evidence=Evidence.DOCUMENTED,
    op=answer(no_trigger),
    when=NO_TRIGGER,
    examples=(Example(samples.request(), "404 TriggerNotFound", replace(samples.DEFAULT, config=NO_TRIGGERS)),),
)

INTERNET = Rule(
    id="req.refuse.internet",
    summary=Text(
        "禁用公网访问的触发器在默认域名上回答 403",
        "A trigger without internet access answers 403 on the default domain",
    ),
    why=Text(
        "disableURLInternet 关闭默认域名的公网入口；自定义域名不受影响。",
        "disableURLInternet closes the default domain to the internet; custom domains are not affected.",
    ),
    source=sources.http_errors("ERR-H-11", "DOM-7"),
    evidence=Evidence.DOCUMENTED,
    op=answer(internet_disabled),
    when=INTERNET_DISABLED,
    examples=(Example(samples.request(), "403 AccessDenied", replace(samples.DEFAULT, config=NO_INTERNET)),),
)

METHOD = Rule(
    id="req.refuse.method",
    summary=Text(
        "触发器或路由没有列出的方法回答 403",
        "A method that the trigger or route does not list is answered with 403",
    ),
    why=Text(
        "是 403，不是 405；请求不会到达函数。",
        "It is 403, not 405, and the function is not called.",
    ),
    source=sources.http_errors("ERR-H-4", "METH-1"),
    evidence=Evidence.DOCUMENTED,
    op=answer(method_refused),
    when=METHOD_UNLISTED,
    examples=(
        Example(
            samples.request(method=b"POST"),
            "403 AccessDenied",
            replace(samples.CUSTOM, config=GET_ONLY, request=samples.request(method=b"POST")),
        ),
    ),
)

TUNNEL = Rule(
    id="tool.refuse.tunnel",
    summary=Text(
        "CONNECT 回答 400",
        "CONNECT is answered with 400",
    ),
    why=Text(
        "这是 fc-replay 自己的回答：网关不为任何人打开隧道；把 200 转给客户端会让它以为隧道已经打开。",
        "This is fc-replay's own answer: the gateway opens no tunnel, and a 200 of the server's would make the client "
        "believe that it had one.",
    ),
    source=sources.rfc9110("9.3.6"),
    evidence=Evidence.ASSUMED,
    op=answer(no_tunnel),
    when=ASKS_FOR_TUNNEL,
    examples=(
        Example(
            samples.request(method=b"CONNECT"),
            "400 InvalidArgument",
            replace(samples.CUSTOM, request=samples.request(method=b"CONNECT")),
        ),
    ),
    needed=True,
)

UNKNOWN_METHOD = Rule(
    id="req.refuse.unknown-method",
    summary=Text(
        "触发器不可能列出的方法",
        "A method that no trigger can list",
    ),
    why=Text(
        "触发器只能配置 GET、POST、PUT、DELETE、HEAD、PATCH 和 OPTIONS；其他方法的结果没有公开。",
        "A trigger can list GET, POST, PUT, DELETE, HEAD, PATCH and OPTIONS. What FC does with others is not "
        "published.",
    ),
    source=Source(("METH-1",), sources.TRIGGERS, "请求方法"),
    evidence=Evidence.ASSUMED,
    op=answer(method_refused),
    when=METHOD_UNKNOWN,
    examples=(
        Example(
            samples.request(method=b"PROPFIND"),
            "403 AccessDenied",
            replace(samples.CUSTOM, request=samples.request(method=b"PROPFIND")),
        ),
    ),
)
