"""Two requests are the same by bytes, by meaning, or but for parts that are ignored."""

from __future__ import annotations

from urllib.parse import quote_from_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.messages import BodyRef, Request
from playback.keys import is_ignored, keys_of, normal_escapes, parts_of
from tests.playback.recorded import get, post

JSON = (b"Content-Type", b"application/json")
FORM = (b"Content-Type", b"application/x-www-form-urlencoded")


@pytest.mark.parametrize(
    ("one", "other", "exact", "lenient"),
    [
        pytest.param(get(b"/a"), get(b"/a", (b"User-Agent", b"x")), True, True, id="another header"),
        pytest.param(get(b"/a"), get(b"/b"), False, False, id="path"),
        pytest.param(get(b"/a"), get(b"/a", method=b"HEAD"), False, False, id="method"),
        pytest.param(get(b"/%7eu/%2f"), get(b"/~u/%2F"), False, True, id="escapes"),
        pytest.param(get(b"/%2f"), get(b"//"), False, False, id="an escaped slash is no slash"),
        pytest.param(get(b"/a/../b"), get(b"/b"), False, False, id="dot segments stay"),
        pytest.param(get(b"/?a=1&b=2"), get(b"/?b=2&a=1"), False, True, id="order of names"),
        pytest.param(get(b"/?a=1&a=2"), get(b"/?a=2&a=1"), False, False, id="order of values"),
        pytest.param(get(b"/?a"), get(b"/?a="), False, True, id="a name alone"),
        pytest.param(get(b"/?a=1"), get(b"/?a=1&b="), False, False, id="one parameter more"),
        pytest.param(post(b"/", b'{"a":1}', JSON), post(b"/", b'{ "a": 1.0 }', JSON), False, True, id="JSON"),
        pytest.param(post(b"/", b'{"a":1}', JSON), post(b"/", b'{"a":"1"}', JSON), False, False, id="1 is not text"),
        pytest.param(post(b"/", b"[]", JSON), post(b"/", b"{}", JSON), False, False, id="empty list and object"),
        pytest.param(post(b"/", b"a=1&b=2", FORM), post(b"/", b"b=2&a=1", FORM), False, True, id="form"),
        pytest.param(post(b"/", b"x"), post(b"/", b"y"), False, False, id="body"),
        pytest.param(post(b"/", b""), get(b"/", method=b"POST"), True, True, id="no body"),
        pytest.param(get(b"/", JSON), get(b"/", FORM), False, False, id="content type"),
        pytest.param(get(b"/", (b"X-Fc-Invocation-Type", b"Async")), get(b"/"), False, False, id="asynchronous"),
    ],
)
def test_requests_are_the_same_by_bytes_or_by_meaning(one: Request, other: Request, exact: bool, lenient: bool) -> None:
    first, second = keys_of(one), keys_of(other)
    assert (first.exact == second.exact, first.lenient == second.lenient) == (exact, lenient)


@given(st.binary(max_size=30), st.binary(max_size=30), st.sampled_from([JSON, FORM, (b"X", b"y")]))
def test_equal_bytes_mean_the_same(target: bytes, body: bytes, field: tuple[bytes, bytes]) -> None:
    assert keys_of(post(b"/" + target, body, field)) == keys_of(post(b"/" + target, body, field))


def test_a_large_body_counts_by_its_digest() -> None:
    one, other = (Request(b"POST", b"/", (), BodyRef(digest, 9)) for digest in (b"1", b"2"))
    assert keys_of(one) != keys_of(other)
    assert keys_of(one) == keys_of(Request(b"POST", b"/", (), BodyRef(b"1", 9)))


@pytest.mark.parametrize(
    ("ignored", "same"),
    [
        pytest.param((), False, id="nothing"),
        pytest.param(("query.ts", "body.items[].id"), True, id="by name, any index"),
        pytest.param(("query.*", "body.*"), True, id="by glob"),
        pytest.param(("query.ts",), False, id="not all"),
    ],
)
def test_ignored_parts_may_differ(ignored: tuple[str, ...], same: bool) -> None:
    one = post(b"/?ts=1", b'{"items":[{"id":1},{"id":2}]}', JSON)
    other = post(b"/?ts=2", b'{"items":[{"id":7},{"id":8}]}', JSON)
    assert (keys_of(one, ignored).lenient == keys_of(other, ignored).lenient) is same


def test_parts_have_the_names_that_reports_use() -> None:
    request = post(b"/p?a=1&a=2&x.y", b'{"k":[true]}', JSON)
    assert dict(parts_of(request)) == {
        "method": "POST",
        "path": "/p",
        "query.a": "1",
        "query.a[1]": "2",
        'query["x.y"]': "",
        "headers.content-type": "application/json",
        "body.type": "json",
        "body.k[0]": "boolean true",
    }


def test_a_name_with_brackets_is_taken_literally() -> None:
    assert is_ignored("body.a[3].b", ("body.a[].b",))
    assert not is_ignored("body.a.b", ("body.a[].b",))


@given(st.binary(max_size=20))
def test_escapes_have_one_spelling(text: bytes) -> None:
    everything = b"".join(b"%%%02x" % byte for byte in text)
    assert normal_escapes(quote_from_bytes(text, safe="").encode()) == normal_escapes(everything)
