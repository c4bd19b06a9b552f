"""Signatures of Alibaba Cloud's OpenAPI as SDKs were seen to write them."""

from __future__ import annotations

import pytest

from gateway.auth.acs3_signature import Claim, canonical_requests, is_signed, read, signature
from gateway.messages import Request

SECRET = b"testsecret0001"
EVENT = Request(
    b"POST",
    b"/2023-03-30/functions/fn/invocations",
    (
        (b"host", b"127.0.0.1:18080"),
        (b"x-acs-version", b"2023-03-30"),
        (b"x-acs-action", b"InvokeFunction"),
        (b"x-acs-date", b"2026-11-22T16:07:12Z"),
        (b"x-acs-signature-nonce", b"a5504365a34059794236982b2cff9c3b7b11234da99a6426586f8f812bcc9469"),
        (b"content-type", b"application/octet-stream"),
        (b"x-acs-content-sha256", b"b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"),
        (b"x-acs-credentials-provider", b"static_ak"),
    ),
    b"hello world",
)
NAMES = (
    b"content-type;host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;"
    b"x-acs-signature-nonce;x-acs-version"
)


def claim(signed: bytes, given: bytes) -> Claim:
    found = read(b"ACS3-HMAC-SHA256 Credential=LTAItestid,SignedHeaders=" + signed + b",Signature=" + given)
    assert found is not None
    return found


def test_a_call_of_the_api() -> None:
    given = claim(NAMES, b"75498a07b81ff34d1a49d49d43ac3aa9a6605047bcd9a8c4d2b4b5b1ea20af2a")
    assert given.key_id == "LTAItestid"
    assert is_signed(EVENT, given, SECRET)
    assert not is_signed(EVENT, given, b"other")


def test_a_call_of_a_trigger_has_an_empty_payload_field() -> None:
    request = Request(b"GET", b"/hello?foo=bar", ((b"x-acs-date", b"2026-11-22T16:07:12Z"),))
    assert next(iter(canonical_requests(request, (b"x-acs-date",)))) == (
        b"GET\n/hello\nfoo=bar\nx-acs-date:2026-11-22T16:07:12Z\n\nx-acs-date\n"
    )
    assert is_signed(
        request, claim(b"x-acs-date", b"d3f3db4043d5b371107b9ec754ef32d870ddc643396e655830d898bdccdc1449"), SECRET
    )


@pytest.mark.parametrize(
    ("target", "written"),
    [
        pytest.param(b"/a*b+c%7E", b"/a%2Ab%20c~\n", id="node-rewrites-the-path"),
        pytest.param(b"/a?k=1&k=2", b"/a\nk=1", id="first-of-equal-keys"),
        pytest.param(b"/a?k=1&k=2", b"/a\nk=2", id="last-of-equal-keys"),
        pytest.param(b"/a?z=a+b&b=%7e", b"/a\nb=~&z=a%20b", id="sorted-and-encoded-anew"),
    ],
)
def test_each_way_of_writing_is_accepted(target: bytes, written: bytes) -> None:
    text = b"GET\n" + written + b"\n\n\n"
    text = text if b"?" in target else b"GET\n" + written + b"\n\n\n"
    assert is_signed(Request(b"GET", target), Claim("k", (), signature(SECRET, text)), SECRET)


def test_several_values_of_a_field_are_joined() -> None:
    request = Request(b"GET", b"/", ((b"X-A", b" b "), (b"x-a", b"a")))
    assert b"\nx-a:a,b\n" in next(iter(canonical_requests(request, (b"x-a",))))


@pytest.mark.parametrize("text", [b"", b"FC a:b", b"ACS3-HMAC-SHA256 Credential=a", b"Bearer x"])
def test_other_schemes_are_not_read(text: bytes) -> None:
    assert read(text) is None
