"""The named conditions of rules. A condition on the door alone costs nothing: the engine sorts by it at import.

Must not know: any rule.
"""

from __future__ import annotations

from gateway.facts import Ingress, InvocationType, LogType
from gateway.rule import Text, When

HTTP_DOORS = frozenset({Ingress.HTTP_DEFAULT, Ingress.HTTP_CUSTOM})

ALWAYS = When(Text("每次调用", "every call"))
HTTP = When(Text("HTTP 调用", "HTTP calls"), HTTP_DOORS)
DEFAULT_DOMAIN = When(
    Text("默认域名上的 HTTP 调用", "HTTP calls on the default domain"), frozenset({Ingress.HTTP_DEFAULT})
)
CUSTOM_DOMAIN = When(
    Text("自定义域名上的 HTTP 调用", "HTTP calls on a custom domain"), frozenset({Ingress.HTTP_CUSTOM})
)
API = When(Text("InvokeFunction API 调用", "InvokeFunction API calls"), frozenset({Ingress.API}))
ASYNC = When(
    Text("异步调用", "asynchronous calls"), test=lambda call: call.facts.invocation_type is InvocationType.ASYNC
)
TAIL = When(
    Text("要求返回日志的同步调用", "synchronous calls that ask for the log"),
    test=lambda call: call.facts.log_type is LogType.TAIL and call.facts.invocation_type is InvocationType.SYNC,
)
LAST = When(Text("此后连接关闭", "the connection ends after this answer"), test=lambda call: call.facts.close)


def refused_for(reason: str, zh: str, en: str) -> When:
    """Calls whose survey found a reason to refuse them (gateway/survey.py)."""
    return When(Text(zh, en), test=lambda call: call.facts.refusal == reason)
