from __future__ import annotations

import pytest

from gateway.auth_check import check_auth
from gateway.config import Jwt

SET = '{"keys": [{"kty": "oct", "k": "YQ"}]}'


@pytest.mark.parametrize(
    ("kind", "jwt", "paths"),
    [
        pytest.param("jwt", Jwt(), [], id="unchecked"),
        pytest.param("jwt", Jwt(keys=SET, token_lookup="query:t,form:t,header:a:b,cookie:c"), [], id="sound"),
        pytest.param("jtw", Jwt(), [("x", "auth_type")], id="kind"),
        pytest.param("jwt", Jwt(keys="{"), [("x", "jwt", "keys")], id="no-json"),
        pytest.param("jwt", Jwt(keys="[]"), [("x", "jwt", "keys")], id="no-mapping"),
        pytest.param("jwt", Jwt(keys='{"keys": [{}]}'), [("x", "jwt", "keys")], id="no-key"),
        pytest.param("jwt", Jwt(keys='{"keys": 1}'), [("x", "jwt", "keys")], id="no-list"),
        pytest.param("jwt", Jwt(token_lookup="haeder:a"), [("x", "jwt", "token_lookup")], id="position"),
        pytest.param("jwt", Jwt(token_lookup="header"), [("x", "jwt", "token_lookup")], id="no-name"),
        pytest.param("jwt", Jwt(white_list=("/",), black_list=("/",)), [("x", "jwt", "black_list")], id="both"),
    ],
)
def test_each_problem_has_its_place(kind: str, jwt: Jwt, paths: list[tuple[str, ...]]) -> None:
    found = list(check_auth(kind, jwt, ("x",)))
    assert [one.path for one in found] == paths


def test_a_key_is_not_shown() -> None:
    (problem,) = check_auth("jwt", Jwt(keys="secret"), ())
    assert "secret" not in problem.text
