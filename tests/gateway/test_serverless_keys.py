"""The keys of the components: those that are read are known, and none is there twice."""

from __future__ import annotations

import pytest

from gateway import serverless_keys
from gateway.serverless_devs import DEFAULTS, FUNCTION_KEYS, ROUTE_KEYS

TABLES = [name for name in vars(serverless_keys) if name.isupper()]


@pytest.mark.parametrize("name", TABLES)
def test_no_key_is_there_twice(name: str) -> None:
    keys = getattr(serverless_keys, name)
    assert len(keys) == len(set(keys))


def test_what_is_read_is_known() -> None:
    assert set(FUNCTION_KEYS) <= set(serverless_keys.FUNCTION)
    assert set(DEFAULTS) <= set(FUNCTION_KEYS)
    assert set(ROUTE_KEYS) <= set(serverless_keys.ROUTE)
