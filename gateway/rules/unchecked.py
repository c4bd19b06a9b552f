"""Callers who pass with advice: nothing to check them by, or a signature that only one SDK would make. Section 10.

Read next: auth.py (what a refused caller is told).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gateway.auth.check import auth_type, guarded_by
from gateway.auth.fc_signature import API_DIALECTS, DOCUMENTED, TRIGGER_DIALECTS
from gateway.auth.jwt_lookup import needs_token
from gateway.config import Config, Evidence, Function, Trigger
from gateway.facts import Ingress
from gateway.ops import answer
from gateway.rule import Answer, Example, Rule, Source, Text, When
from gateway.rules import samples, sources, whens
from gateway.rules.auth import authorization, bad_jwt, bad_signature, bad_token, missing_header

if TYPE_CHECKING:
    from gateway.rule import Call


def _goes_unchecked(call: Call) -> bool:
    if call.facts.verified_by or call.facts.refusal or authorization(call):
        return False
    asked = guarded_by(call.facts, call.config)
    return asked is not None and asked.auth_type != "anonymous" and needs_token(call.request, asked.jwt)


def nobody(call: Call) -> Answer:
    """What FC says to a caller who shows nothing at all."""
    return _TO_NOBODY.get(auth_type(call.facts, call.config), bad_token)(call)


_TO_NOBODY = {"function": missing_header, "jwt": bad_jwt}


def _is_odd(call: Call) -> bool:
    return call.facts.verified_by in _ODD


OPEN = When(Text("没有核对的认证", "authentication that goes unchecked"), whens.HTTP_DOORS, _goes_unchecked)

ODD = When(Text("只按某个 SDK 的写法才对的签名", "signatures that are right only as one SDK writes them"), test=_is_odd)

_ODD = frozenset(one.name for one in (*API_DIALECTS, *TRIGGER_DIALECTS)) - {DOCUMENTED}

SIGNED = Config(functions=(Function(triggers=(Trigger(auth_type="function"),)),))

UNCHECKED = Rule(
    id="req.auth.unchecked",
    summary=Text(
        "需要认证的触发器在本地没有核对",
        "A trigger that asks for authentication is not checked locally",
    ),
    why=Text(
        "FC 会拒绝没有 Authorization 的调用；本地没有密钥可核对，所以放行并提示。",
        "FC would refuse a call without Authorization; locally there is no secret to check by, so it passes "
        "with this advice.",
    ),
    source=sources.http_errors("AUTH-2", "AUTH-6"),
    evidence=Evidence.DOCUMENTED,
    op=answer(nobody),
    when=OPEN,
    examples=(Example(samples.request(), "400 MissingRequiredHeader", replace(samples.CUSTOM, config=SIGNED)),),
    advisory=True,
)

QUIRK = Rule(
    id="req.auth.quirk",
    summary=Text(
        "签名只有按某个 SDK 的特殊写法才对",
        "A signature is right only in the peculiar way of one SDK",
    ),
    why=Text(
        "有的 SDK 签的内容与公布的不同（参数不排序、路径不解码、另一个 Content-Type）。本地放行；FC 是否接受没有公布。",
        "Some SDKs sign something else than what is published: parameters unsorted, the path undecoded, another "
        "Content-Type. It passes locally; whether FC takes it is not published.",
    ),
    source=Source(("AUTH-8", "CTL-9"), sources.SIGNATURE, "Signature"),
    evidence=Evidence.ASSUMED,
    op=answer(bad_signature),
    when=ODD,
    examples=(
        Example(
            samples.request(),
            "403 SignatureNotMatch",
            samples.call(Ingress.HTTP_CUSTOM, verified_by="gateway-fc-util"),
        ),
    ),
    advisory=True,
)
