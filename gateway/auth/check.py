"""Whether a call may be made, from its head, the trigger's auth type and the credentials that a shell brings.

The verdict becomes `Facts.refusal`, so that it is recorded, and a replay needs no secret. What the client is told
is a rule's work (rules/auth.py). Must not know: where credentials come from.
"""

from __future__ import annotations

import hmac
from base64 import b64decode
from binascii import Error as NotBase64
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from gateway.auth import acs3_signature, fc_signature
from gateway.facts import Facts, Ingress
from gateway.lookup import function_named, trigger_of
from gateway.messages import Request, get

if TYPE_CHECKING:
    from gateway.config import Config, Domain, Trigger

ACS3 = "acs3"
"""By what a caller is known whose ACS3-HMAC-SHA256 signature is right (`Facts.verified_by`)."""

# ERR-H-3, AUTH-3: how far Date may be from the gateway's clock, in seconds.
MAX_SKEW_S = 15 * 60


class Denial(StrEnum):
    """Why a call may not be made (`Facts.refusal`)."""

    NO_DATE = "auth-no-date"
    NO_AUTHORIZATION = "auth-no-authorization"
    BAD_AUTHORIZATION = "auth-bad-authorization"
    UNKNOWN_KEY = "auth-unknown-key"
    SKEWED = "auth-skewed"
    BAD_SIGNATURE = "auth-bad-signature"
    NO_TOKEN = "auth-no-token"  # noqa: S105 - a word, not a secret
    BAD_TOKEN = "auth-bad-token"  # noqa: S105 - the same
    NO_JWT = "auth-no-jwt"
    BAD_JWT = "auth-bad-jwt"


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """Who may call: secrets by access key id, passwords by user, bearer tokens. Never recorded, never shown."""

    keys: dict[str, str] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    tokens: tuple[str, ...] = ()


def judged(facts: Facts, found: Denial | str) -> Facts:
    """The facts with a verdict: a refusal, or by what the caller is known; the very same ones for ""."""
    if isinstance(found, Denial):
        return replace(facts, refusal=found)
    return replace(facts, verified_by=found) if found else facts


def authenticate(head: Request, facts: Facts, config: Config, credentials: Credentials) -> Facts:
    """The facts with the verdict: a refusal when the call may not be made, else by what the caller is known.

    Call it once, after the survey. The very same facts back: there was nothing to check, or nothing to check by.
    """
    if facts.refusal:
        return facts
    return judged(facts, verdict(head, facts, auth_type(facts, config), credentials))


def auth_type(facts: Facts, config: Config) -> str:
    """How the caller has to show who it is: API calls sign always, HTTP calls as the trigger or the domain says."""
    if facts.ingress is Ingress.API:
        return "function"
    asked = guarded_by(facts, config)
    return "anonymous" if asked is None else asked.auth_type


def guarded_by(facts: Facts, config: Config) -> Trigger | Domain | None:
    """Whose settings say how the caller of an HTTP call shows who it is: its custom domain's, else the trigger's."""
    if facts.domain:
        return next((one for one in config.domains if one.name == facts.domain), None)
    return trigger_of(function_named(config, facts.function), facts.qualifier)


def verdict(head: Request, facts: Facts, kind: str, credentials: Credentials) -> Denial | str:
    """Why a call may not be made, else by what its caller is known; "" when there is nothing to check it by."""
    authorization = get(head.headers, b"authorization") or b""
    if kind == "function" and credentials.keys:
        return _signature(head, facts, authorization, credentials.keys)
    if kind == "bearer" and credentials.tokens:
        return _token(authorization, b"bearer ", credentials.tokens) or kind
    if kind == "basic" and credentials.users:
        return _token(authorization, b"basic ", tuple(map(":".join, credentials.users.items()))) or kind
    return ""


def _signature(head: Request, facts: Facts, authorization: bytes, keys: dict[str, str]) -> Denial | str:
    """The verdict on a signature: first what is missing, then the key, the clock, and the signature itself."""
    given = _claim(head, authorization)
    if isinstance(given, Denial):
        return given
    if given.key_id not in keys:
        return Denial.UNKNOWN_KEY
    if _is_late(head, given, facts.seed.arrived_us):
        return Denial.SKEWED
    secret = keys[given.key_id].encode()
    if isinstance(given, acs3_signature.Claim):
        return ACS3 if acs3_signature.is_signed(head, given, secret) else Denial.BAD_SIGNATURE
    return fc_signature.matching(head, secret, given.signature, dialects(facts)) or Denial.BAD_SIGNATURE


def unchecked(config: Config, credentials: Credentials) -> tuple[str, ...]:
    """The kinds of authentication that a config asks for and these credentials cannot check, each once."""
    can = {"anonymous": True, "function": credentials.keys, "basic": credentials.users, "bearer": credentials.tokens}
    asked = [(one.auth_type, can.get(one.auth_type) or one.jwt.keys) for one in guards(config)]
    return tuple(dict.fromkeys(kind for kind, checkable in asked if not checkable))


def guards(config: Config) -> list[Trigger | Domain]:
    """Everything in a config that says how callers show who they are."""
    return [*(trigger for function in config.functions for trigger in function.triggers), *config.domains]


def _claim(head: Request, authorization: bytes) -> acs3_signature.Claim | fc_signature.Claim | Denial:
    """The signature that a call brings, or what is missing: the date is looked at before Authorization (AUTH-2)."""
    url = None if authorization else fc_signature.signed_url(head)
    if url is not None:
        return url
    claim = acs3_signature.read(authorization)
    if get(head.headers, b"x-acs-date" if claim else b"date") is None:
        return Denial.NO_DATE
    if not authorization:
        return Denial.NO_AUTHORIZATION
    return claim or fc_signature.read(authorization) or Denial.BAD_AUTHORIZATION


def _is_late(head: Request, given: acs3_signature.Claim | fc_signature.Claim, arrived_us: int) -> bool:
    if isinstance(given, fc_signature.Claim) and given.expires is not None:
        return is_over(given.expires, arrived_us)
    name = b"date" if isinstance(given, fc_signature.Claim) else b"x-acs-date"
    return is_skewed(get(head.headers, name) or b"", arrived_us)


def dialects(facts: Facts) -> tuple[fc_signature.Dialect, ...]:
    """The ways in which SDKs sign a call by this door."""
    return fc_signature.API_DIALECTS if facts.ingress is Ingress.API else fc_signature.TRIGGER_DIALECTS


def is_over(expires: bytes, arrived_us: int) -> bool:
    """Whether a signed URL (seconds since the epoch) has expired, or says no time at all."""
    return not expires.isdigit() or int(expires) * 1_000_000 < arrived_us


def is_skewed(date: bytes, arrived_us: int) -> bool:
    """Whether a Date (HTTP or ISO form) is not one, or too far from the call's arrival."""
    sent = sent_s(date)
    return sent is None or abs(sent - arrived_us / 1_000_000) > MAX_SKEW_S


def sent_s(date: bytes) -> float | None:
    """A Date (HTTP or ISO form) as seconds since the epoch, None when it is not one."""
    text = date.decode("latin-1")
    try:
        moment = datetime.fromisoformat(text) if "T" in text[:11] and "," not in text else parsedate_to_datetime(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _token(authorization: bytes, scheme: bytes, legal: tuple[str, ...]) -> Denial | None:
    if not authorization:
        return Denial.NO_TOKEN
    given = authorization[len(scheme) :].strip()
    if authorization[: len(scheme)].lower() != scheme:
        return Denial.BAD_TOKEN
    if scheme == b"basic ":
        try:
            given = b64decode(given, validate=True)
        except NotBase64:
            return Denial.BAD_TOKEN
    known = [hmac.compare_digest(given, one.encode()) for one in legal]
    return None if any(known) else Denial.BAD_TOKEN
