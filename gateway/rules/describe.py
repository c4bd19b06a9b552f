"""GetFunction: what a config says of a function, told as the API tells it, because tools ask before they call.

Contract section 11. Must not know: any other call of the API. Read next: ../target.py (which paths ask).
"""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from gateway.config import Evidence
from gateway.errors import REASONS
from gateway.facts import ApiFamily, Ingress
from gateway.lookup import function_named
from gateway.messages import Response
from gateway.ops import answer
from gateway.rule import Answer, Example, Rule, Text, When
from gateway.rules import samples, sources
from gateway.target import Kind
from gateway.task_query import place_of

if TYPE_CHECKING:
    from gateway.rule import Call

DEFAULT_PORT = 9000


def described(call: Call) -> Answer:
    """The documented members that the config decides; what it does not know is left out (contract YAML-2)."""
    function = function_named(call.config, call.facts.function)
    port = urlsplit(function.server).port or DEFAULT_PORT
    is_fc3 = call.facts.api_family is ApiFamily.FC3
    members: dict[str, Any] = {
        "functionName": call.facts.function,
        "runtime": "custom",
        "handler": function.handler,
        "memorySize": function.memory_mb,
        "timeout": math.ceil(function.timeout_s),
        **({"instanceConcurrency": function.concurrency} if function.concurrency else {}),
        **({"customRuntimeConfig": {"port": port}} if is_fc3 else {"caPort": port}),
    }
    body = json.dumps(members, separators=(",", ":")).encode()
    headers = ((b"Content-Type", b"application/json"), (b"Content-Length", b"%d" % len(body)))
    return Answer(Response(200, REASONS[200], headers, body))


ASKED = When(
    Text("GetFunction 调用", "GetFunction calls"),
    frozenset({Ingress.API}),
    # A GET through the API is this, or a question about tasks (tasks.py).
    lambda call: call.request.method == b"GET" and place_of(call.request).kind is Kind.FUNCTION,
)

ASKING = samples.request(target=b"/2023-03-30/functions/web")

FUNCTION = Rule(
    id="req.answer.get-function",
    summary=Text(
        "GetFunction 由网关按配置回答",
        "GetFunction is answered by the gateway from the config",
    ),
    why=Text(
        "s info 等工具会先查询函数；配置里没有的字段不回答，没有的函数回答 FunctionNotFound。",
        "Tools such as s info ask for the function first. What the config does not say is left out; another name is "
        "FunctionNotFound.",
    ),
    source=sources.get_function("API-PATH-4", "API-SDK-1"),
    evidence=Evidence.DOCUMENTED,
    op=answer(described),
    when=ASKED,
    examples=(Example(ASKING, "200", replace(samples.API, request=ASKING)),),
)
