"""Signatures as FC's SDKs were seen to write them."""

from __future__ import annotations

import pytest

from gateway.auth.fc_signature import API_DIALECTS, TRIGGER_DIALECTS, matching, signature, string_to_sign
from gateway.messages import Headers, Request

SECRET = b"testsecret0001"
JSON = (b"content-type", b"application/json")
EVENT = b"/2016-08-15/services/svc.prod/functions/fn/invocations"
PROXY = b"/2016-08-15/proxy/svc/fn/a%20b/c?k=v+w&z=1&a=2&a=1"


def dated(second: int) -> tuple[bytes, bytes]:
    return b"date", b"Sun, 22 Nov 2026 16:07:%02d GMT" % second


def test_a_call_of_the_api() -> None:
    headers: Headers = (dated(9), JSON, (b"X-Fc-Trace-Id", b"abc"), (b"X-Fc-Invocation-Type", b"Async"))
    request = Request(b"POST", EVENT + b"?qualifier=x", headers)
    text = string_to_sign(request, API_DIALECTS[0])
    assert text == (
        b"POST\n\napplication/json\nSun, 22 Nov 2026 16:07:09 GMT\nx-fc-invocation-type:Async\nx-fc-trace-id:abc\n"
        + EVENT
    )
    assert signature(SECRET, text) == b"JL6Yi3G8ehq2Twoo3N2p3F/8I2rc/7YRtQ5Fu3Qs2Wg="
    assert matching(request, SECRET, b"JL6Yi3G8ehq2Twoo3N2p3F/8I2rc/7YRtQ5Fu3Qs2Wg=", API_DIALECTS) == "documented"


def test_a_call_of_a_trigger() -> None:
    request = Request(b"GET", PROXY, (dated(9), JSON))
    assert string_to_sign(request, TRIGGER_DIALECTS[0]) == (
        b"GET\n\napplication/json\nSun, 22 Nov 2026 16:07:09 GMT\n/2016-08-15/proxy/svc/fn/a b/c\na=1\na=2\nk=v w\nz=1"
    )
    assert matching(request, SECRET, b"iB8saqRkHVlgyGdUAhAJS6+j4+/z6xHIctgsfJEh4RE=", TRIGGER_DIALECTS) == "documented"


@pytest.mark.parametrize(
    "headers", [pytest.param((), id="no-type"), pytest.param(((b"Content-Type", b"text/plain"),), id="capitals")]
)
def test_the_util_of_the_openapi_sdk_does_not_sort(headers: Headers) -> None:
    request = Request(b"GET", b"/x?z=1&a=2", (dated(11), *headers))
    assert (
        matching(request, SECRET, b"v0Y5wl5ptxlCSWTIueRT5JmfdEf9aOLu4hzUX8OzTPA=", TRIGGER_DIALECTS)
        == "gateway-fc-util"
    )


def test_the_vector_of_the_go_sdk_a_signed_url() -> None:
    query = (
        b"x=xyz&x=456&a=123%2045&x-fc-expires=1583221068&x-fc-access-key-id=akID&x-fc-security-token=stsToken"
        b"&x-fc-signature=QFdNhz0Dl%2BonUM%2FMvpX940WFH3H8OHayZHbby1c01aI%3D"
    )
    headers: Headers = (
        (b"Content-MD5", b"ef5b43a0fe1d5b401b62c3ba33a7a3d6"),
        (b"Content-Type", b"text/json"),
        (b"X-Fc-Trace-Id", b"trace-id"),
    )
    request = Request(b"GET", b"/2016-08-15/proxy/service.LATEST/func/abc%20123?" + query, headers)
    secret = b"S9MWOBG0AOWHSO9HPASP216QOPHT5YR4NLH3A"
    given = b"QFdNhz0Dl+onUM/MvpX940WFH3H8OHayZHbby1c01aI="
    assert matching(request, secret, given, TRIGGER_DIALECTS) == "documented"


@pytest.mark.parametrize(
    ("target", "text"),
    [
        pytest.param(b"/a", b"/a\n", id="no-query"),
        pytest.param(b"/a?b&c=", b"/a\nb\nc=", id="bare-key"),
    ],
)
def test_a_trigger_signs_a_line_feed_even_without_a_query(target: bytes, text: bytes) -> None:
    assert string_to_sign(Request(b"GET", target), TRIGGER_DIALECTS[0]).endswith(b"\n\n\n" + text)


@pytest.mark.parametrize(
    ("name", "target", "text"),
    [
        pytest.param("path-as-written", b"/a%20b?x=1", b"GET\n\nt/p\nD\n/a%20b\nx=1", id="raw-path"),
        pytest.param("no-numbers", b"/a%20b?q=1&n=5&s=x&f", b"GET\n\nt/p\nD\n/a%20b\nf\ns=x", id="numbers-left-out"),
        pytest.param("json-type", b"/a?x=1", b"GET\n\napplication/json\nD\n/a\nx=1", id="wrong-type"),
    ],
)
def test_what_node_and_python_sdks_get_wrong_is_accepted_by_name(name: str, target: bytes, text: bytes) -> None:
    request = Request(b"GET", target, ((b"Date", b"D"), (b"Content-Type", b"t/p")))
    assert matching(request, SECRET, signature(SECRET, text), TRIGGER_DIALECTS) == name


def test_a_request_that_was_changed_after_signing_matches_in_no_way() -> None:
    given = signature(SECRET, string_to_sign(Request(b"GET", b"/a", (dated(9),)), TRIGGER_DIALECTS[0]))
    for changed in (
        Request(b"POST", b"/a", (dated(9),)),
        Request(b"GET", b"/b", (dated(9),)),
        Request(b"GET", b"/a?x", (dated(9),)),
        Request(b"GET", b"/a", (dated(8),)),
        Request(b"GET", b"/a", (dated(9), (b"x-fc-a", b"b"))),
    ):
        assert matching(changed, SECRET, given, TRIGGER_DIALECTS) is None
    assert matching(Request(b"GET", b"/a", (dated(9),)), b"other", given, TRIGGER_DIALECTS) is None
