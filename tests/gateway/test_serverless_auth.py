"""authConfig as the component writes it, and as FC's own API does."""

from __future__ import annotations

import json

import pytest

from gateway.config import Config
from gateway.config_load import load

SET = {"keys": [{"kty": "oct", "k": "YQ", "kid": "a"}]}


def shop(auth: object, kind: str = "jwt") -> object:
    config = {"authType": kind, "methods": ["GET"], "authConfig": auth}
    triggers = [{"triggerName": "t", "triggerType": "http", "triggerConfig": config}]
    props = {"functionName": "web", "region": "cn-hangzhou", "triggers": triggers}
    domain = {"domainName": "a.test", "authConfig": {"authType": "jwt", "authInfo": json.dumps({"JWKS": SET})}}
    return {
        "edition": "3.0.0",
        "resources": {
            "web": {"component": "fc3", "props": props},
            "domain": {"component": "fc3-domain", "props": domain},
        },
    }


@pytest.mark.parametrize(
    "auth",
    [
        pytest.param(
            {
                "jwks": SET,
                "tokenLookup": [{"readPosition": "header", "parameterName": "X", "prefix": "P"}, "query:t"],
                "claimPassBy": "header:name:name",
                "whitelist": ["/a"],
            },
            id="component",
        ),
        pytest.param({"jwks": json.dumps(SET), "tokenLookup": "header:X:P,query:t", "whitelist": ["/a"]}, id="texts"),
        pytest.param(json.dumps({"JWKS": SET, "TokenLookup": "header:X:P,query:t", "WhiteList": ["/a"]}), id="api"),
    ],
)
def test_a_trigger_with_jwt(auth: object) -> None:
    config = load(shop(auth))
    assert isinstance(config, Config), config
    jwt = config.functions[0].triggers[0].jwt
    assert json.loads(jwt.keys) == SET
    assert (jwt.token_lookup, jwt.white_list, jwt.black_list) == ("header:X:P,query:t", ("/a",), ())
    assert json.loads(config.domains[0].jwt.keys) == SET
    assert "YQ" not in repr(config)


@pytest.mark.parametrize(
    ("auth", "words"),
    [
        pytest.param("{", "a mapping is expected here", id="no-json"),
        pytest.param(["a"], "a mapping is expected here", id="list"),
        pytest.param({"jkws": SET}, "unknown key jkws", id="mistyped"),
        pytest.param({"jwks": {"keys": [1]}}, "no JSON Web Key Set", id="no-keys"),
    ],
)
def test_what_is_wrong_is_told_where_it_was_written(auth: object, words: str) -> None:
    problems = load(shop(auth))
    assert isinstance(problems, tuple)
    assert [one for one in problems if words in one.text], problems
    assert {"triggerConfig", "authConfig"} <= set(problems[0].path)


def test_other_kinds_have_settings_that_mean_nothing_here() -> None:
    assert isinstance(load(shop({"any": 1}, "function")), Config)
