from __future__ import annotations

import pytest

from gateway.config import Asynchronous, Config
from gateway.config_load import load


def config(given: object) -> Config | tuple[object, ...]:
    props = {"functionName": "shop", "runtime": "custom", "region": "cn-hangzhou", "asyncInvokeConfig": given}
    return load({"vars": {"n": 2}, "resources": {"web": {"component": "fc3", "props": props}}})


def test_the_settings_of_an_s_yaml_are_read() -> None:
    found = config(
        {
            "asyncTask": True,
            "maxAsyncRetryAttempts": "${vars.n}",
            "maxAsyncEventAgeInSeconds": 3600,
            "destinationConfig": {"onSuccess": {"destination": "acs:mns:a"}, "onFailure": {"destination": "acs:mns:b"}},
        }
    )
    assert isinstance(found, Config)
    assert found.functions[0].asynchronous == Asynchronous(True, 2, 3600, "acs:mns:a", "acs:mns:b")


def test_without_them_the_defaults_hold() -> None:
    found = config({"destinationConfig": {"onSuccess": None}})
    assert isinstance(found, Config)
    assert found.functions[0].asynchronous == Asynchronous()


@pytest.mark.parametrize(
    ("given", "path", "text"),
    [
        pytest.param(
            {"maxAsyncRetryAttempts": 9}, "maxAsyncRetryAttempts", "9 is not possible: 0 to 8 retries", id="9"
        ),
        pytest.param({"maxRetries": 1}, "maxRetries", "unknown key; did you mean", id="slip"),
        pytest.param({"maxAsyncEventAgeInSeconds": 0}, "maxAsyncEventAgeInSeconds", "1 to 2592000 seconds", id="age"),
        pytest.param(
            {"destinationConfig": {"onFailure": {"x": 1}}}, "onFailure", "destination is missing", id="nowhere"
        ),
    ],
)
def test_what_is_wrong_is_named_where_it_stands(given: object, path: str, text: str) -> None:
    found = config(given)
    assert isinstance(found, tuple)
    problem = found[-1]
    assert problem.path[-1] == path  # type: ignore[attr-defined] # a Problem
    assert text in problem.text  # type: ignore[attr-defined] # the same
