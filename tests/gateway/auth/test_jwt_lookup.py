"""Where a token is looked for, and on which paths."""

from __future__ import annotations

import pytest

from gateway.auth.jwt_lookup import needs_token, places, token_of
from gateway.config import Jwt
from gateway.messages import Header, Request

BEARER: Header = (b"authorization", b"Bearer abc")
COOKIE: Header = (b"Cookie", b'a=1; tok="abc"; b=2')


@pytest.mark.parametrize(
    ("lookup", "target", "fields", "token"),
    [
        pytest.param("header:Authorization:Bearer", b"/", (BEARER,), "abc", id="bearer"),
        pytest.param("header:Authorization:bearer", b"/", (BEARER,), "abc", id="bearer-in-small-letters"),
        pytest.param("header:Authorization:Token", b"/", (BEARER,), "", id="other-prefix"),
        pytest.param("header:X-Auth", b"/", ((b"x-auth", b" abc "),), "abc", id="no-prefix"),
        pytest.param("header:X-Auth", b"/", (), "", id="no-header"),
        pytest.param("query:tok", b"/?a=b&tok=a%62c", (), "abc", id="query"),
        pytest.param("query:tok", b"/?token=abc", (), "", id="another-parameter"),
        pytest.param("cookie:tok", b"/", (COOKIE,), "abc", id="cookie"),
        pytest.param("cookie:tok", b"/", (), "", id="no-cookie"),
        pytest.param("query:tok, header:Authorization:Bearer", b"/", (BEARER,), "abc", id="the-second-place"),
        pytest.param("form:tok", b"/", (BEARER,), None, id="a-form-is-not-looked-into"),
        pytest.param("form:tok,query:tok", b"/?tok=abc", (), "abc", id="not-in-the-form"),
    ],
)
def test_the_first_token_of_the_places_counts(
    lookup: str, target: bytes, fields: tuple[Header, ...], token: str | None
) -> None:
    assert token_of(Request(b"GET", target, fields), Jwt(token_lookup=lookup)) == token


def test_places_have_fc_s_notation() -> None:
    assert places(Jwt(token_lookup="header:A:B, query:c,,")) == [("header", "A", "B"), ("query", "c", "")]


@pytest.mark.parametrize(
    ("jwt", "needed"),
    [
        pytest.param(Jwt(), True, id="all"),
        pytest.param(Jwt(white_list=("/a/b",)), False, id="white-exact"),
        pytest.param(Jwt(white_list=("/a/*",)), False, id="white-star"),
        pytest.param(Jwt(white_list=("/a",)), True, id="not-white"),
        pytest.param(Jwt(black_list=("/a/*",)), True, id="black"),
        pytest.param(Jwt(black_list=("/b",)), False, id="not-black"),
    ],
)
def test_which_paths_need_one(jwt: Jwt, needed: bool) -> None:
    assert needs_token(Request(b"GET", b"/a/b?c", ()), jwt) is needed
