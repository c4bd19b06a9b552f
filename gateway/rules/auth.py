"""What a caller is told who may not call. Contract sections 8.2 and 10.

Read next: ../auth/check.py (who may), unchecked.py (who passes with advice).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.auth.check import Denial, auth_type
from gateway.auth.fc_signature import signed_url
from gateway.config import Evidence
from gateway.errors import refuse
from gateway.facts import Ingress
from gateway.messages import get
from gateway.ops import answer
from gateway.rule import Answer, Example, Rule, Source, Text, When
from gateway.rules import samples, sources

if TYPE_CHECKING:
    from gateway.rule import Call


def missing_header(call: Call) -> Answer:
    """FC's sentence for a signature without its date."""
    return refuse(call, 400, "MissingRequiredHeader", "required HTTP header Date was not specified")


def invalid_authorization(call: Call) -> Answer:
    """FC's sentence for an Authorization field that it cannot read."""
    return refuse(call, 400, "InvalidArgument", f"invalid authorization '{authorization(call)}'")


def unknown_key(call: Call) -> Answer:
    """FC's sentence for an access key id that nobody has."""
    url = signed_url(call.request)
    key_id = authorization(call).removeprefix("FC ").partition(":")[0]
    if "Credential=" in key_id:
        key_id = key_id.partition("Credential=")[2].partition(",")[0]
    elif not key_id and url is not None:
        key_id = url.key_id
    return refuse(call, 403, "InvalidAccessKeyID", f"invalid access key ID '{key_id}'")


def skewed(call: Call) -> Answer:
    """The date of the signature is too old or too new."""
    text = "the difference between the request time and the current time is too large: at most 15 minutes"
    return refuse(call, 403, "AccessDenied", text)


def bad_signature(call: Call) -> Answer:
    """The signature is not that of the request."""
    text = "The request signature does not match the signature that was computed from your access key secret."
    return refuse(call, 403, "SignatureNotMatch", text)


def bad_token(call: Call) -> Answer:
    """No token or password, or one that nobody has."""
    if not authorization(call):
        return refuse(call, 403, "AccessDenied", "Authorization header is expected but missing")
    kind = auth_type(call.facts, call.config)
    what = "user name or password" if kind == "basic" else "bearer token"
    return refuse(call, 403, "AccessDenied", f"access denied due to invalid {what}")


def bad_jwt(call: Call) -> Answer:
    """No JSON Web Token, or one that is not good. FC publishes neither status nor words."""
    if call.facts.refusal == Denial.NO_JWT:
        return refuse(call, 403, "AccessDenied", "jwt token is expected but missing")
    return refuse(call, 403, "AccessDenied", "access denied due to invalid jwt token")


def authorization(call: Call) -> str:
    """The Authorization field as text, "" without one."""
    return (get(call.request.headers, b"authorization") or b"").decode("latin-1")


def _refused_for(*reasons: Denial, zh: str, en: str) -> When:
    return When(Text(zh, en), test=lambda call: call.facts.refusal in reasons)


UNDATED = _refused_for(Denial.NO_DATE, zh="没有日期的签名", en="signatures without a date")
UNREADABLE = _refused_for(
    Denial.NO_AUTHORIZATION, Denial.BAD_AUTHORIZATION, zh="没有可读签名的调用", en="calls without a readable signature"
)
STRANGERS = _refused_for(Denial.UNKNOWN_KEY, zh="未知的 AccessKey", en="unknown access keys")
LATE = _refused_for(Denial.SKEWED, zh="时间相差超过 15 分钟的签名", en="signatures more than 15 minutes off")
FORGED = _refused_for(Denial.BAD_SIGNATURE, zh="不匹配的签名", en="signatures that do not match")
NO_TOKEN = _refused_for(Denial.NO_TOKEN, Denial.BAD_TOKEN, zh="没有有效令牌的调用", en="calls without a valid token")
NO_JWT = _refused_for(Denial.NO_JWT, Denial.BAD_JWT, zh="没有有效 JWT 的调用", en="calls without a valid JWT")
DATE = Rule(
    id="req.auth.date-missing",
    summary=Text(
        "没有 Date 的签名回答 400 MissingRequiredHeader",
        "A signature without Date is answered with 400 MissingRequiredHeader",
    ),
    why=Text(
        "没有日期的签名可以被重放；网关先检查它，再检查 Authorization。",
        "Without a date a signature could be used again; it is looked at before Authorization.",
    ),
    source=sources.http_errors("ERR-H-2", "AUTH-2"),
    evidence=Evidence.DOCUMENTED,
    op=answer(missing_header),
    when=UNDATED,
    examples=(
        Example(
            samples.request(), "400 MissingRequiredHeader", samples.call(Ingress.HTTP_CUSTOM, refusal=Denial.NO_DATE)
        ),
    ),
)

AUTHORIZATION = Rule(
    id="req.auth.authorization",
    summary=Text(
        "没有可读 Authorization 的调用回答 400 InvalidArgument",
        "A call without a readable Authorization is answered with 400 InvalidArgument",
    ),
    why=Text(
        "触发器要求签名，而签名不在那里，或不是已知的格式。",
        "The trigger asks for a signature, and there is none, or none of a known form.",
    ),
    source=sources.http_errors("ERR-H-2", "AUTH-2"),
    evidence=Evidence.DOCUMENTED,
    op=answer(invalid_authorization),
    when=UNREADABLE,
    examples=(
        Example(
            samples.request(), "400 InvalidArgument", samples.call(Ingress.HTTP_CUSTOM, refusal=Denial.NO_AUTHORIZATION)
        ),
    ),
)

KEY = Rule(
    id="req.auth.access-key",
    summary=Text(
        "未知的 AccessKey 回答 403 InvalidAccessKeyID",
        "An unknown access key is answered with 403 InvalidAccessKeyID",
    ),
    why=Text(
        "没有它的密钥，就无法核对签名。",
        "Without its secret a signature cannot be checked.",
    ),
    source=sources.errors("ERR-H-3"),
    evidence=Evidence.DOCUMENTED,
    op=answer(unknown_key),
    when=STRANGERS,
    examples=(
        Example(
            samples.request(), "403 InvalidAccessKeyID", samples.call(Ingress.HTTP_CUSTOM, refusal=Denial.UNKNOWN_KEY)
        ),
    ),
)

SKEW = Rule(
    id="req.auth.date-skewed",
    summary=Text(
        "日期相差超过 15 分钟的签名回答 403",
        "A signature whose date is more than 15 minutes off is answered with 403",
    ),
    why=Text(
        "旧的签名不能再用；通常是客户端的时钟不准。",
        "Old signatures are of no use; most often the clock of the client is wrong.",
    ),
    source=sources.http_errors("ERR-H-3", "AUTH-3"),
    evidence=Evidence.DOCUMENTED,
    op=answer(skewed),
    when=LATE,
    examples=(
        Example(samples.request(), "403 AccessDenied", samples.call(Ingress.HTTP_CUSTOM, refusal=Denial.SKEWED)),
    ),
)

SIGNATURE = Rule(
    id="req.auth.signature",
    summary=Text(
        "不匹配的签名回答 403 SignatureNotMatch",
        "A signature that does not match is answered with 403 SignatureNotMatch",
    ),
    why=Text(
        "密钥不对，或者签名之后请求被改动。各 SDK 的写法都接受。",
        "The secret is another, or the request was changed after signing. The ways of all SDKs are accepted.",
    ),
    source=sources.http_errors("ERR-H-3"),
    evidence=Evidence.DOCUMENTED,
    op=answer(bad_signature),
    when=FORGED,
    examples=(
        Example(
            samples.request(), "403 SignatureNotMatch", samples.call(Ingress.HTTP_CUSTOM, refusal=Denial.BAD_SIGNATURE)
        ),
    ),
)

TOKEN = Rule(
    id="req.auth.token",
    summary=Text(
        "没有有效令牌或口令的调用回答 403",
        "A call without a valid token or password is answered with 403",
    ),
    why=Text(
        "触发器使用 Bearer 或 Basic 认证；文本来自真实的回答。",
        "The trigger uses Bearer or Basic authentication; the sentences are from real answers.",
    ),
    source=Source(("AUTH-1", "AUTH-4"), sources.TRIGGERS, "认证鉴权"),
    evidence=Evidence.OBSERVED,
    op=answer(bad_token),
    when=NO_TOKEN,
    examples=(
        Example(samples.request(), "403 AccessDenied", samples.call(Ingress.HTTP_CUSTOM, refusal=Denial.NO_TOKEN)),
    ),
    needed=True,
)

JWT = Rule(
    id="req.auth.jwt",
    summary=Text("没有有效 JWT 的调用回答 403", "A call without a valid JSON Web Token is answered with 403"),
    why=Text(
        "令牌不在、不是这组公钥签的，或已过期；日志里有原因。FC 没有公布状态码和文本，沿用 Bearer 的。",
        "There is none, no key of the set signed it, or its time is over: the log tells. FC publishes neither status "
        "nor words; those of bearer tokens are used.",
    ),
    source=Source(("AUTH-5",), sources.JWT, "JWT"),
    evidence=Evidence.ASSUMED,
    op=answer(bad_jwt),
    when=NO_JWT,
    examples=(
        Example(samples.request(), "403 AccessDenied", samples.call(Ingress.HTTP_CUSTOM, refusal=Denial.NO_JWT)),
    ),
    needed=True,
)
