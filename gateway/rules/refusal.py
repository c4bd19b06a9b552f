"""Why FC answers a request instead of the function: the refusals, in the order in which they are tried.

FC publishes no order; this one goes from outside in: whom the call is for, whether it may, then its size
(contract section 2). Each is decided by the head, but for a body without an announced length.
Must not know: what later rules change. Read next: ../errors.py (the shape of an error).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gateway.config import KIB, METHODS, MIB, Config, Evidence, Function, Trigger
from gateway.errors import refuse
from gateway.facts import ApiFamily, Ingress, InvocationType, LogType
from gateway.lookup import domain_of, function_named, host_name, route_of, trigger_of
from gateway.messages import Request, get
from gateway.ops import answer, limit
from gateway.rule import Answer, Example, Rule, Source, Text, When
from gateway.rules import samples, sources, whens
from gateway.rules.sizes import announced_size, fields_size, largest_body, target_size
from gateway.survey import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.rule import Call


def path_not_supported(call: Call) -> Answer:
    """FC's sentence for a path under an API version that no API has."""
    method, target = (call.request.method, call.request.target) if call.request else (b"", b"")
    path = target.partition(b"?")[0]
    return refuse(call, 400, "PathNotSupported", f"'{_shown(method)}' against '{_shown(path)}' is not supported")


def function_not_found(call: Call) -> Answer:
    """FC's sentence for a name that no function has; FC2 tells the service too."""
    facts = call.facts
    where = f" in service '{facts.service}'" if facts.api_family is ApiFamily.FC2 else ""
    return refuse(call, 404, "FunctionNotFound", f"function '{facts.function}' does not exist{where}")


def route_not_found(call: Call) -> Answer:
    """No line of the domain's routing table fits the path."""
    path = call.request.target.partition(b"?")[0] if call.request else b""
    return refuse(call, 404, "FunctionNotFound", f"no route of this domain matches the path '{_shown(path)}'")


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
    method = _shown(call.request.method) if call.request else ""
    return refuse(call, 403, "AccessDenied", f"the HTTP method {method} is not allowed: allowed are {allowed(call)}")


def unknown_value(field: str, known: tuple[str, ...]) -> Callable[[Request, Call], Request | Answer]:
    """Refuse a control field whose value FC does not know; the spelling counts (contract CTL-10)."""
    name, legal = field.lower().encode(), frozenset(value.encode() for value in known)

    def op(request: Request, call: Call) -> Request | Answer:
        value = get(request.headers, name)
        if value is None or value in legal:
            return request
        text = f"the value '{_shown(value)}' of {field} is not known: use {' or '.join(known)}"
        return refuse(call, 400, "InvalidArgument", text)

    return op


def over(what: str, most: Callable[[Call], int]) -> Callable[[Call, int], Answer]:
    """The answer to a size over its limit: the limit, its value, the actual size (contract REQ-LIM-9)."""

    def make(call: Call, size: int) -> Answer:
        text = f"{what} exceeds maximum allowed size ({most(call)} bytes): it has {size} bytes"
        return refuse(call, 400, "InvalidArgument", text)

    return make


def largest_fields(call: Call) -> int:
    """The largest legal size of all request fields, in bytes."""
    return call.config.limits.request_headers


def largest_target(call: Call) -> int:
    """The largest legal size of path and query, in bytes."""
    return call.config.limits.target


def allowed(call: Call) -> str:
    """The methods that this call's route or trigger lists, as a sentence shows them."""
    return ", ".join(_listed(call)) or ", ".join(METHODS)


def _listed(call: Call) -> tuple[str, ...]:
    """Methods of the route on a custom domain, else of the trigger; empty = all (contract DOM-4, METH-1)."""
    if call.facts.route:
        return _route_methods(call)
    trigger = _trigger(call)
    return trigger.methods if trigger else ()


def _route_methods(call: Call) -> tuple[str, ...]:
    host = get(call.request.headers, b"host") if call.request else None
    domain = domain_of(call.config, host_name(host or b""))
    route = route_of(domain, call.facts.route) if domain else None
    return route.methods if route else ()


def _trigger(call: Call) -> Trigger | None:
    return trigger_of(function_named(call.config, call.facts.function), call.facts.qualifier)


def _lacks_trigger(call: Call) -> bool:
    return not call.facts.route and _trigger(call) is None


def _is_internet_disabled(call: Call) -> bool:
    trigger = _trigger(call)
    return trigger is not None and trigger.internet_url_disabled


def _is_method_unlisted(call: Call) -> bool:
    listed = _listed(call)
    return bool(listed) and _method(call) not in listed


def _is_method_unknown(call: Call) -> bool:
    return not _listed(call) and _method(call) not in METHODS


def _method(call: Call) -> str:
    return _shown(call.request.method) if call.request else ""


def _shown(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace")


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

NO_INTERNET = Config(functions=(Function(triggers=(Trigger(internet_url_disabled=True),)),))
GET_ONLY = Config(functions=(Function(triggers=(Trigger(methods=("GET",)),)),))


PATH = Rule(
    id="req.refuse.path",
    summary=Text(
        "版本前缀下的未知路径回答 400 PathNotSupported",
        "An unknown path under an API version is answered with 400 PathNotSupported",
    ),
    why=Text(
        "2016-08-15、2021-04-06 和 2023-03-30 之下只有公开的 API，这里只提供函数调用。",
        "Below 2016-08-15, 2021-04-06 and 2023-03-30 there are the published APIs alone, and invocation is "
        "the one served here.",
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
    examples=(Example(samples.request(), "404 TriggerNotFound", samples.call(Ingress.HTTP_DEFAULT, qualifier="prod")),),
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
    evidence=Evidence.OBSERVED,
    op=answer(internet_disabled),
    when=INTERNET_DISABLED,
    examples=(Example(samples.request(), "403 AccessDenied", replace(samples.DEFAULT, config=NO_INTERNET)),),
    needed=True,
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

INVOCATION_TYPE = Rule(
    id="req.refuse.invocation-type",
    summary=Text(
        "未知的 X-Fc-Invocation-Type 回答 400 InvalidArgument",
        "An unknown X-Fc-Invocation-Type is answered with 400 InvalidArgument",
    ),
    why=Text(
        "只有 Sync 和 Async 有意义，大小写按文档；猜测会让调用以意外的方式执行。",
        "Sync and Async alone have a meaning, in this spelling; a guess would run the call in a way nobody asked for.",
    ),
    source=sources.http_call("CTL-10"),
    evidence=Evidence.ASSUMED,
    op=unknown_value("X-Fc-Invocation-Type", tuple(kind.value for kind in InvocationType)),
    when=whens.ALWAYS,
    examples=(Example(samples.request((b"X-Fc-Invocation-Type", b"async")), "400 InvalidArgument", samples.CUSTOM),),
    needed=True,
)

LOG_TYPE = Rule(
    id="req.refuse.log-type",
    summary=Text(
        "未知的 X-Fc-Log-Type 回答 400 InvalidArgument",
        "An unknown X-Fc-Log-Type is answered with 400 InvalidArgument",
    ),
    why=Text(
        "只有 Tail 和 None 有意义，大小写按文档。",
        "Tail and None alone have a meaning, in this spelling.",
    ),
    source=sources.http_call("CTL-10"),
    evidence=Evidence.ASSUMED,
    op=unknown_value("X-Fc-Log-Type", tuple(kind.value for kind in LogType)),
    when=whens.ALWAYS,
    examples=(Example(samples.request((b"X-Fc-Log-Type", b"All")), "400 InvalidArgument", samples.CUSTOM),),
    needed=True,
)

LIMIT_HEADERS = Rule(
    id="req.limit.headers",
    summary=Text(
        "请求头超过 8 KB 时回答 400 InvalidArgument",
        "Request fields over 8 KB are answered with 400 InvalidArgument",
    ),
    why=Text(
        "计算所有字段名和值的字节数，包括 Host，不计分隔符；正好 8192 字节仍合法。",
        "The bytes of all names and values count, Host among them, separators do not; 8192 are still legal.",
    ),
    source=sources.limits("REQ-LIM-1", "REQ-LIM-5", "REQ-LIM-6"),
    evidence=Evidence.DOCUMENTED,
    op=limit(fields_size, largest_fields, over("the total size of the request headers", largest_fields)),
    when=whens.HTTP,
    examples=(Example(samples.request((b"X-Big", b"a" * 8 * KIB)), "400 InvalidArgument", samples.CUSTOM),),
)

LIMIT_PATH = Rule(
    id="req.limit.path",
    summary=Text(
        "路径（含查询参数）超过 4 KB 时回答 400 InvalidArgument",
        "Path and query over 4 KB are answered with 400 InvalidArgument",
    ),
    why=Text(
        "计算请求行里原样的字节数，百分号编码不解开。",
        "The bytes count as they stand in the request line, still percent-encoded.",
    ),
    source=sources.limits("REQ-LIM-2", "REQ-LIM-7"),
    evidence=Evidence.DOCUMENTED,
    op=limit(target_size, largest_target, over("the path with its query", largest_target)),
    when=whens.HTTP,
    examples=(Example(samples.request(target=b"/?" + b"q" * 4 * KIB), "400 InvalidArgument", samples.CUSTOM),),
)

LIMIT_BODY = Rule(
    id="req.limit.body",
    summary=Text(
        "请求体超过限制时回答 400 InvalidArgument",
        "A body over its limit is answered with 400 InvalidArgument",
    ),
    why=Text(
        "同步调用 32 MB，异步调用 128 KB；分块的请求体边读边数，超过即止。",
        "32 MB for synchronous calls, 128 KB for asynchronous ones; a chunked body is counted while it comes "
        "and cut there.",
    ),
    source=sources.limits("REQ-LIM-3", "REQ-LIM-4", "REQ-LIM-8"),
    evidence=Evidence.DOCUMENTED,
    op=limit(announced_size, largest_body, over("the request body", largest_body)),
    when=whens.HTTP,
    examples=(
        Example(
            samples.request((b"Content-Length", b"%d" % (32 * MIB + 1)), method=b"POST"),
            "400 InvalidArgument",
            samples.CUSTOM,
        ),
    ),
)
