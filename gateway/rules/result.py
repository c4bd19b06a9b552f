"""What the result of an API call carries beside its body (contract API-RESP-2).

Memory, code checksum and instance id are left out: nothing here knows them, and an invented number would be worse.

Must not know: HTTP calls. Read next: invoke.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.config import Evidence
from gateway.facts import ApiFamily, Ingress
from gateway.ops import add_headers
from gateway.rule import Example, Rule, Source, Text, When
from gateway.rules import samples, sources, whens

if TYPE_CHECKING:
    from gateway.messages import Headers
    from gateway.rule import Call


def metrics(call: Call) -> Headers:
    """Milliseconds that the function took, and the version that ran."""
    return ((b"X-Fc-Invocation-Duration", b"%d" % (call.facts.duration_us // 1000)), *version(call))


def version(call: Call) -> Headers:
    """The version or alias that ran."""
    return ((b"X-Fc-Invocation-Service-Version", call.facts.qualifier.encode()),)


FC2_CALLS = When(
    Text("2016-08-15 与 2021-04-06 的 API 调用", "API calls of 2016-08-15 and 2021-04-06"),
    whens.API.ingresses,
    lambda call: call.facts.api_family is ApiFamily.FC2,
)
FC3_CALLS = When(
    Text("2023-03-30 的 API 调用", "API calls of 2023-03-30"),
    whens.API.ingresses,
    lambda call: call.facts.api_family is ApiFamily.FC3,
)
FC2_SAMPLE = samples.call(Ingress.API, api_family=ApiFamily.FC2, duration_us=4321)

METRICS = Rule(
    id="invoke.add.metrics",
    summary=Text(
        "FC2 的结果带执行时间和版本",
        "A result of FC2 carries its duration and version",
    ),
    why=Text(
        "文档列出它们，SDK 会显示它们。",
        "The page lists them, and SDKs show them.",
    ),
    source=Source(("API-RESP-2",), sources.FC2_API, "返回数据"),
    evidence=Evidence.DOCUMENTED,
    op=add_headers(metrics),
    when=FC2_CALLS,
    examples=(Example(samples.response(), samples.response(*metrics(FC2_SAMPLE)), FC2_SAMPLE),),
)

VERSION = Rule(
    id="invoke.add.version",
    summary=Text(
        "FC3 的结果带执行的版本",
        "A result of FC3 carries the version that ran",
    ),
    why=Text(
        "文档没有列出，而 Serverless Devs 的工具读取它。",
        "The page does not list it; the tool of Serverless Devs reads it.",
    ),
    source=Source(("API-RESP-2",), sources.FC3_API, "返回数据"),
    evidence=Evidence.OBSERVED,
    op=add_headers(version),
    when=FC3_CALLS,
    examples=(Example(samples.response(), samples.response(*version(samples.API)), samples.API),),
)
