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
    from gateway.config import Config

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


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """Who may call: secrets by access key id, passwords by user, bearer tokens. Never recorded, never shown."""

    keys: dict[str, str] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)
    tokens: tuple[str, ...] = ()


def authenticate(head: Request, facts: Facts, config: Config, credentials: Credentials) -> Facts:
    """The facts, with a refusal when the call may not be made; call it once, after the survey."""
    if facts.refusal:
        return facts
    return replace(facts, refusal=denial(head, facts, auth_type(facts, config), credentials) or "")


def auth_type(facts: Facts, config: Config) -> str:
    """How the caller has to show who it is: API calls sign always, HTTP calls as the trigger says.

    A route of a custom domain has settings of its own, which this tool does not read.
    """
    if facts.ingress is Ingress.API:
        return "function"
    trigger = trigger_of(function_named(config, facts.function), facts.qualifier)
    return "anonymous" if trigger is None or facts.route else trigger.auth_type


def denial(head: Request, facts: Facts, kind: str, credentials: Credentials) -> Denial | None:
    """Why a call may not be made; None when it may, or when there is nothing to check it by."""
    authorization = get(head.headers, b"authorization") or b""
    if kind == "function" and credentials.keys:
        return _signature_denial(head, facts, authorization, credentials.keys)
    if kind == "bearer" and credentials.tokens:
        return _token_denial(authorization, b"bearer ", credentials.tokens)
    if kind == "basic" and credentials.users:
        return _token_denial(authorization, b"basic ", tuple(map(":".join, credentials.users.items())))
    return None


def _signature_denial(head: Request, facts: Facts, authorization: bytes, keys: dict[str, str]) -> Denial | None:
    claim = acs3_signature.read(authorization)
    date = get(head.headers, b"x-acs-date" if claim else b"date")
    if date is None:
        return Denial.NO_DATE
    if not authorization:
        return Denial.NO_AUTHORIZATION
    key_id, _, given = authorization.removeprefix(b"FC ").partition(b":")
    name = claim.key_id if claim else key_id.decode("latin-1")
    if claim is None and not (authorization.startswith(b"FC ") and given):
        return Denial.BAD_AUTHORIZATION
    if name not in keys:
        return Denial.UNKNOWN_KEY
    if is_skewed(date, facts.seed.arrived_us):
        return Denial.SKEWED
    secret = keys[name].encode()
    if claim:
        signed = acs3_signature.is_signed(head, claim, secret)
    else:
        is_api = facts.ingress is Ingress.API
        dialects = fc_signature.API_DIALECTS if is_api else fc_signature.TRIGGER_DIALECTS
        signed = fc_signature.matching(head, secret, given, dialects) is not None
    return None if signed else Denial.BAD_SIGNATURE


def is_skewed(date: bytes, arrived_us: int) -> bool:
    """Whether a Date (HTTP or ISO form) is not one, or too far from the call's arrival."""
    text = date.decode("latin-1")
    try:
        moment = datetime.fromisoformat(text) if "T" in text[:11] and "," not in text else parsedate_to_datetime(text)
    except ValueError:
        return True
    sent_s = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return abs(sent_s - arrived_us / 1_000_000) > MAX_SKEW_S


def _token_denial(authorization: bytes, scheme: bytes, legal: tuple[str, ...]) -> Denial | None:
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
