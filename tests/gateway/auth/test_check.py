"""Who may call: verdicts, each from its head (contract AUTH-1..4)."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from urllib.parse import quote_from_bytes

import pytest

from gateway.auth.check import Credentials, Denial, auth_type, authenticate, is_skewed, unchecked
from gateway.auth.fc_signature import API_DIALECTS, TRIGGER_DIALECTS, signature, string_to_sign
from gateway.config import Config, Domain, Function, Route, Trigger
from gateway.facts import Seed
from gateway.messages import Header, Request
from gateway.survey import Refusal, survey
from tests.gateway.auth.test_acs3_signature import EVENT, NAMES

DATE = (b"Date", b"Sun, 22 Nov 2026 16:07:12 GMT")
SEED = Seed("1-x", 1_795_363_632_000_000)
SECRETS = Credentials({"LTAItestid": "testsecret0001"}, {"amy": "pa:ss"}, ("token-1", "token-2"))


def guarded(kind: str) -> Config:
    return Config(
        functions=(Function(triggers=(Trigger(auth_type=kind),)),),
        domains=(Domain("a.test", (Route("/*", "web"),)),),
    )


def verdict(request: Request, kind: str, credentials: Credentials = SECRETS) -> str:
    config = guarded(kind)
    return authenticate(request, survey(request, SEED, config), config, credentials).refusal


def get(*headers: Header) -> Request:
    return Request(b"GET", b"/a?b=c", headers)


def signed(request: Request, *, api: bool) -> Request:
    text = string_to_sign(request, (API_DIALECTS if api else TRIGGER_DIALECTS)[0])
    value = b"FC LTAItestid:" + signature(b"testsecret0001", text)
    return Request(request.method, request.target, (*request.headers, (b"authorization", value)), request.body)


ACS3 = (
    b"Authorization",
    b"ACS3-HMAC-SHA256 Credential=LTAItestid,SignedHeaders=" + NAMES
    + b",Signature=75498a07b81ff34d1a49d49d43ac3aa9a6605047bcd9a8c4d2b4b5b1ea20af2a",
)  # fmt: skip


@pytest.mark.parametrize(
    ("request_", "kind", "denied"),
    [
        pytest.param(get(), "anonymous", "", id="anonymous"),
        pytest.param(get(), "jwt", "", id="not-checked-here"),
        pytest.param(get(), "function", Denial.NO_DATE, id="no-date"),
        pytest.param(get(DATE), "function", Denial.NO_AUTHORIZATION, id="no-authorization"),
        pytest.param(get(DATE, (b"Authorization", b"FC a")), "function", Denial.BAD_AUTHORIZATION, id="no-colon"),
        pytest.param(get(DATE, (b"Authorization", b"XX a:b")), "function", Denial.BAD_AUTHORIZATION, id="scheme"),
        pytest.param(get(DATE, (b"Authorization", b"FC a:b")), "function", Denial.UNKNOWN_KEY, id="key"),
        pytest.param(
            get((b"Date", b"yesterday"), (b"Authorization", b"FC LTAItestid:b")),
            "function",
            Denial.SKEWED,
            id="no-such-date",
        ),
        pytest.param(get(DATE, (b"Authorization", b"FC LTAItestid:b")), "function", Denial.BAD_SIGNATURE, id="forged"),
        pytest.param(signed(get(DATE), api=False), "function", "", id="signed"),
        pytest.param(signed(get(DATE), api=True), "function", Denial.BAD_SIGNATURE, id="signed-for-the-other-door"),
        pytest.param(get(), "bearer", Denial.NO_TOKEN, id="no-token"),
        pytest.param(get((b"Authorization", b"bearer token-2")), "bearer", "", id="token"),
        pytest.param(get((b"Authorization", b"Bearer token-3")), "bearer", Denial.BAD_TOKEN, id="other-token"),
        pytest.param(get((b"Authorization", b"Basic token-1")), "bearer", Denial.BAD_TOKEN, id="token-of-other-scheme"),
        pytest.param(get((b"Authorization", b"Basic " + b64encode(b"amy:pa:ss"))), "basic", "", id="password"),
        pytest.param(
            get((b"Authorization", b"Basic " + b64encode(b"amy:other"))), "basic", Denial.BAD_TOKEN, id="other-password"
        ),
        pytest.param(get((b"Authorization", b"Basic \xff")), "basic", Denial.BAD_TOKEN, id="no-base64"),
        pytest.param(
            Request(b"POST", EVENT.target, (*EVENT.headers, ACS3), EVENT.body), "anonymous", "", id="event-acs3"
        ),
        pytest.param(
            Request(b"POST", EVENT.target + b"?a", (*EVENT.headers, ACS3)),
            "anonymous",
            Denial.BAD_SIGNATURE,
            id="event-changed",
        ),
        pytest.param(signed(Request(b"POST", EVENT.target, (DATE,)), api=True), "anonymous", "", id="event-fc"),
    ],
)
def test_a_verdict(request_: Request, kind: str, denied: str) -> None:
    assert verdict(request_, kind) == denied


@pytest.mark.parametrize("kind", ["anonymous", "function", "bearer", "basic"])
def test_without_credentials_nothing_is_checked(kind: str) -> None:
    assert verdict(get(), kind, Credentials()) == ""


def test_what_the_survey_refused_stays_refused() -> None:
    unknown = Request(b"GET", EVENT.target)
    assert verdict(unknown, "function") == Refusal.PATH_NOT_SUPPORTED


@pytest.mark.parametrize("kind", ["anonymous", "bearer"])
def test_calls_by_a_custom_domain_are_checked_as_the_domain_says(kind: str) -> None:
    config = guarded("function")
    config = replace(config, domains=(replace(config.domains[0], auth_type=kind),))
    facts = survey(get((b"Host", b"a.test")), SEED, config)
    assert auth_type(facts, config) == kind
    assert auth_type(survey(get(), SEED, config), config) == "function"
    assert auth_type(replace(facts, domain="gone.test"), config) == "anonymous"


@pytest.mark.parametrize(
    ("request_", "kind", "known"),
    [
        pytest.param(signed(get(DATE), api=False), "function", "documented", id="fc"),
        pytest.param(Request(b"POST", EVENT.target, (*EVENT.headers, ACS3)), "anonymous", "acs3", id="acs3"),
        pytest.param(get((b"Authorization", b"Bearer token-1")), "bearer", "bearer", id="bearer"),
        pytest.param(get((b"Authorization", b"Basic " + b64encode(b"amy:pa:ss"))), "basic", "basic", id="basic"),
        pytest.param(get(), "anonymous", "", id="anonymous"),
    ],
)
def test_it_is_told_by_what_a_caller_is_known(request_: Request, kind: str, known: str) -> None:
    config = guarded(kind)
    facts = survey(request_, SEED, config)
    judged = authenticate(request_, facts, config, SECRETS)
    assert (judged.verified_by, judged.refusal) == (known, "")
    assert bool(known) or judged is facts


NOW_S = SEED.arrived_us // 1_000_000


def url_signed(expires: bytes, key_id: bytes = b"LTAItestid") -> Request:
    target = b"/a?b=c&x-fc-access-key-id=" + key_id + b"&x-fc-expires=" + expires
    text = string_to_sign(Request(b"GET", target, ()), TRIGGER_DIALECTS[0])
    given = quote_from_bytes(signature(b"testsecret0001", text), safe="").encode()
    return Request(b"GET", target + b"&x-fc-signature=" + given)


@pytest.mark.parametrize(
    ("request_", "denied"),
    [
        pytest.param(url_signed(b"%d" % (NOW_S + 60)), "", id="right"),
        pytest.param(url_signed(b"%d" % NOW_S), "", id="at-its-last-moment"),
        pytest.param(url_signed(b"%d" % (NOW_S - 1)), Denial.SKEWED, id="expired"),
        pytest.param(url_signed(b"soon"), Denial.SKEWED, id="no-time"),
        pytest.param(url_signed(b"%d" % NOW_S, b"other"), Denial.UNKNOWN_KEY, id="stranger"),
        pytest.param(Request(b"POST", url_signed(b"%d" % NOW_S).target), Denial.BAD_SIGNATURE, id="other-method"),
    ],
)
def test_a_url_may_carry_its_signature(request_: Request, denied: str) -> None:
    assert verdict(request_, "function") == denied


def test_a_right_signature_is_right_only_for_its_time() -> None:
    config, request = guarded("function"), signed(get(DATE), api=False)
    for late_s, denied in ((900, ""), (901, Denial.SKEWED), (0, "")):
        seed = replace(SEED, arrived_us=SEED.arrived_us + late_s * 1_000_000)
        assert authenticate(request, survey(request, seed, config), config, SECRETS).refusal == denied


def test_what_cannot_be_checked_is_known_beforehand() -> None:
    config = replace(guarded("function"), domains=(Domain("a.test", auth_type="jwt"), Domain("b.test")))
    assert unchecked(config, Credentials()) == ("function", "jwt")
    assert unchecked(config, SECRETS) == ("jwt",)


@pytest.mark.parametrize(
    ("date", "skewed"),
    [
        pytest.param(b"Sun, 22 Nov 2026 16:07:12 GMT", False, id="http"),
        pytest.param(b"2026-11-22T16:07:12Z", False, id="iso"),
        pytest.param(b"2026-11-22T16:07:12.345Z", False, id="milliseconds"),
        pytest.param(b"2026-11-22T16:07:12", False, id="no-zone"),
        pytest.param(b"Sun, 22 Nov 2026 16:22:12 GMT", False, id="15-minutes"),
        pytest.param(b"Sun, 22 Nov 2026 16:22:13 GMT", True, id="over-15-minutes"),
        pytest.param(b"Sun, 22 Nov 2026 15:52:11 GMT", True, id="too-old"),
        pytest.param(b"Tue, 22 Nov 2026 16:07:12 GMT", False, id="day-of-week-is-not-looked-at"),
        pytest.param(b"", True, id="empty"),
        pytest.param(b"2026-11-22T99:07:12Z", True, id="no-such-hour"),
    ],
)
def test_dates_may_be_15_minutes_off(date: bytes, skewed: bool) -> None:
    assert is_skewed(date, SEED.arrived_us) is skewed


def test_secrets_do_not_show() -> None:
    assert "testsecret0001" not in repr(SECRETS)
