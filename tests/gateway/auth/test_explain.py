"""A refused caller's author is told what was signed here, and never a secret."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.auth.check import Denial
from gateway.auth.explain import MOST_BYTES, explanation
from gateway.facts import Facts, Ingress, Seed
from gateway.messages import Header, Request
from tests.gateway.auth.test_acs3_signature import EVENT

DATE = (b"Date", b"Sun, 22 Nov 2026 16:07:12 GMT")
FACTS = Facts(Seed("1-x", 1_795_363_632_000_000), Ingress.HTTP_CUSTOM, "web")


def told(
    denial: str, *headers: Header, target: bytes = b"/a%20b?z=1&a=2", ingress: Ingress = Ingress.HTTP_CUSTOM
) -> str:
    facts = replace(FACTS, refusal=denial, ingress=ingress)
    return explanation(Request(b"GET", target, headers), facts).decode()


def test_the_string_to_sign_stands_there_as_it_was_computed() -> None:
    text = told(Denial.BAD_SIGNATURE, DATE)
    assert "\nGET\n\n\nSun, 22 Nov 2026 16:07:12 GMT\n/a b\na=2\nz=1\n" in text
    assert "gateway-fc-util" in text


def test_an_api_call_signs_the_path_alone() -> None:
    text = told(Denial.BAD_SIGNATURE, DATE, ingress=Ingress.API)
    assert "\nGET\n\n\nSun, 22 Nov 2026 16:07:12 GMT\n/a b\n" in text
    assert "a=2" not in text
    assert "gateway-fc-util" not in text


def test_acs3_tells_the_canonical_request_and_its_hash() -> None:
    field = (b"Authorization", b"ACS3-HMAC-SHA256 Credential=k,SignedHeaders=host,Signature=00")
    request = Request(b"POST", EVENT.target, (*EVENT.headers, field))
    text = explanation(request, replace(FACTS, refusal=Denial.BAD_SIGNATURE)).decode()
    assert f"POST\n{EVENT.target.decode()}\n\nhost:" in text
    assert "\nACS3-HMAC-SHA256\n" in text


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        pytest.param((b"Date", b"Sun, 22 Nov 2026 15:07:12 GMT"), "date is 3600 seconds behind this", id="late"),
        pytest.param((b"x-acs-date", b"2026-11-22T17:07:12Z"), "x-acs-date is 3600 seconds ahead of this", id="early"),
        pytest.param((b"Date", b"yesterday"), "cannot be read", id="no-date"),
        pytest.param((b"X", b"y"), "its URL has expired", id="url"),
    ],
)
def test_how_far_the_clock_is_off(field: Header, expected: str) -> None:
    assert expected in told(Denial.SKEWED, field)


def test_a_key_that_nobody_gave_us() -> None:
    assert "fc_credentials" in told(Denial.UNKNOWN_KEY)


@pytest.mark.parametrize("refusal", ["", "function-not-found", Denial.NO_TOKEN, Denial.BAD_TOKEN, Denial.NO_DATE])
def test_other_refusals_speak_for_themselves(refusal: str) -> None:
    assert told(refusal) == ""


def test_it_is_no_longer_than_a_page() -> None:
    assert len(told(Denial.BAD_SIGNATURE, DATE, target=b"/" + b"a" * 60_000)) == MOST_BYTES
