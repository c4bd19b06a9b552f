"""Cross-origin answers that FC gives by default, so that a browser may read what a function says.

Contract CORS-1..4. The trigger page describes them for the default domain; of custom domains it says nothing, and
a user reports that they have none: there these rules only advise. Read next: reply.py.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gateway.config import Config, Evidence, Function, Trigger
from gateway.errors import REASONS
from gateway.messages import Headers, Response, get
from gateway.ops import answer, with_headers
from gateway.rule import Answer, Example, Rule, Source, Text, When
from gateway.rules import samples, sources, whens
from gateway.rules.refusal import listed_methods

if TYPE_CHECKING:
    from gateway.rule import Call

# RESP-ADD-2: as FC3 captures of 2025 and 2026 print it.
EXPOSED: Headers = ((b"Access-Control-Expose-Headers", b"Date,x-fc-request-id"),)
# CORS-3: what FC's own local mock tells.
MAX_AGE = b"3600"


def allow_origin(response: Response, call: Call) -> Response:
    """Let the page that asked read the answer; a server that says anything of CORS itself is left alone (CORS-2)."""
    origin = get(call.request.headers, b"origin")
    if origin is None or any(name.lower().startswith(b"access-control-") for name, _ in response.headers):
        return response
    return with_headers(response, (*response.headers, *_allowed(origin), *EXPOSED))


def expose_headers(response: Response, _call: Call) -> Response:
    """Name the fields that a page may read, once."""
    if get(response.headers, b"access-control-expose-headers") is not None:
        return response
    return with_headers(response, response.headers + EXPOSED)


def preflight(call: Call) -> Answer:
    """Yes to what the browser asks, in its own words."""
    asked = call.request.headers
    lines = [*_allowed(get(asked, b"origin") or b"")]
    for question, name in (
        (b"access-control-request-method", b"Access-Control-Allow-Methods"),
        (b"access-control-request-headers", b"Access-Control-Allow-Headers"),
    ):
        value = get(asked, question)
        if value is not None:
            lines.append((name, value))
    lines += [(b"Access-Control-Max-Age", MAX_AGE), (b"Content-Length", b"0")]
    return Answer(Response(200, REASONS[200], tuple(lines)))


def _allowed(origin: bytes) -> Headers:
    return (b"Access-Control-Allow-Origin", origin), (b"Access-Control-Allow-Credentials", b"true")


def is_unlisted_preflight(call: Call) -> bool:
    """Whether a browser asks for leave, and the trigger does not hand OPTIONS to the server (CORS-3)."""
    request = call.request
    if request.method != b"OPTIONS" or get(request.headers, b"access-control-request-method") is None:
        return False
    listed = listed_methods(call)
    return get(request.headers, b"origin") is not None and bool(listed) and "OPTIONS" not in listed


_PREFLIGHT = Text("没有列出 OPTIONS 时的预检请求", "preflights where OPTIONS is not listed")
UNLISTED = When(_PREFLIGHT, whens.DEFAULT_DOMAIN.ingresses, is_unlisted_preflight)
UNLISTED_CUSTOM = When(_PREFLIGHT, whens.CUSTOM_DOMAIN.ingresses, is_unlisted_preflight)

PAGE = (b"Origin", b"http://a.test")
ASKING = samples.request(PAGE, (b"Access-Control-Request-Method", b"PUT"), method=b"OPTIONS")
PUT_ONLY = Config(functions=(Function(triggers=(Trigger(methods=("PUT",)),)),))

ALLOW = Rule(
    id="reply.add.cors",
    summary=Text(
        "默认域名上的跨域请求得到 Access-Control-Allow-Origin 等字段",
        "A cross-origin request on the default domain gets Access-Control-Allow-Origin and its companions",
    ),
    why=Text(
        "服务自己没有设置任何 CORS 字段时，FC 默认允许请求的来源。",
        "FC allows the origin of the request by default, when the server says nothing of CORS itself.",
    ),
    source=Source(("CORS-1", "CORS-2"), sources.TRIGGERS, "CORS"),
    evidence=Evidence.DOCUMENTED,
    op=allow_origin,
    when=whens.DEFAULT_DOMAIN,
    examples=(
        Example(
            samples.response(),
            samples.response(
                (b"Access-Control-Allow-Origin", b"http://a.test"),
                (b"Access-Control-Allow-Credentials", b"true"),
                *EXPOSED,
            ),
            replace(samples.DEFAULT, request=samples.request(PAGE)),
        ),
    ),
)

ALLOW_CUSTOM = Rule(
    id="reply.add.cors-custom",
    summary=Text(
        "自定义域名上的默认 CORS 字段",
        "Default CORS headers on a custom domain",
    ),
    why=Text(
        "文档没有说明自定义域名；有用户报告那里没有这些字段，因此只提示。",
        "The page does not speak of custom domains, and a user reports that they lack these headers: so this "
        "only advises.",
    ),
    source=Source(("CORS-4",), sources.TRIGGERS, "CORS"),
    evidence=Evidence.ASSUMED,
    op=allow_origin,
    when=whens.CUSTOM_DOMAIN,
    examples=(
        Example(
            samples.response(),
            samples.response(
                (b"Access-Control-Allow-Origin", b"http://a.test"),
                (b"Access-Control-Allow-Credentials", b"true"),
                *EXPOSED,
            ),
            replace(samples.CUSTOM, request=samples.request(PAGE)),
        ),
    ),
)

EXPOSE = Rule(
    id="reply.add.expose-headers",
    summary=Text(
        "响应带 Access-Control-Expose-Headers: Date,x-fc-request-id",
        "Answers carry Access-Control-Expose-Headers: Date,x-fc-request-id",
    ),
    why=Text(
        "跨域的脚本因此能读到这两个字段；公开的抓包里都有它。",
        "Scripts of other origins may then read the two headers; every published capture has it.",
    ),
    source=Source(("RESP-ADD-2",), sources.TRIGGERS, "CORS"),
    evidence=Evidence.OBSERVED,
    op=expose_headers,
    when=whens.HTTP,
    examples=(Example(samples.response(), samples.response(*EXPOSED), samples.CUSTOM),),
)

PREFLIGHT = Rule(
    id="req.answer.preflight",
    summary=Text(
        "默认域名上没有列出 OPTIONS 时，预检请求由网关回答 200",
        "On the default domain the gateway answers a preflight with 200 where OPTIONS is not listed",
    ),
    why=Text(
        "触发器的方法里有 OPTIONS 时，预检请求才到达服务。",
        "A preflight reaches the server only when the methods of the trigger have OPTIONS.",
    ),
    source=Source(("CORS-3",), sources.TRIGGERS, "CORS"),
    evidence=Evidence.DOCUMENTED,
    op=answer(preflight),
    when=UNLISTED,
    examples=(Example(ASKING, "200", replace(samples.DEFAULT, config=PUT_ONLY, request=ASKING)),),
)

PREFLIGHT_CUSTOM = Rule(
    id="req.answer.preflight-custom",
    summary=Text(
        "自定义域名上的预检请求",
        "Preflights on a custom domain",
    ),
    why=Text(
        "文档没有说明自定义域名；有用户报告那里的预检请求被拒绝，因此只提示。",
        "The page does not speak of custom domains, and a user reports that preflights are refused there: so "
        "this only advises.",
    ),
    source=Source(("CORS-4",), sources.TRIGGERS, "CORS"),
    evidence=Evidence.ASSUMED,
    op=answer(preflight),
    when=UNLISTED_CUSTOM,
    examples=(Example(ASKING, "200", replace(samples.CUSTOM, config=PUT_ONLY, request=ASKING)),),
)
