"""A gateway with one named function, and the official SDKs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.installed import Home, install_node, install_python
from tests.live.pool import Stage, Stages
from tests.sdk.sdks import HERE, Driver, Sdk, some

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FUNCTION = {"fc_function": "fn", "fc_log": "{folder}/server.log"}


@pytest.fixture(scope="session")
def sdk_stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stages]:
    with Stages(tmp_path_factory.mktemp("sdk")) as stages:
        yield stages


@pytest.fixture
def stage(sdk_stages: Stages) -> Stage:
    """The proxy with a function called `fn`, whose log file the server writes."""
    return sdk_stages.get(FUNCTION)


@pytest.fixture
def guarded_stage(sdk_stages: Stages, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """The same function behind a trigger that asks for signatures, in front of it a proxy that checks them."""
    return sdk_stages.get(guarded_options(tmp_path_factory.getbasetemp()))


def guarded_options(folder: Path) -> dict[str, str]:
    """The files of the guarded stage, always the same, and the options that name them."""
    config, credentials = folder / "guarded.yaml", folder / "credentials.yaml"
    config.write_text("functions: [{name: fn, triggers: [{auth_type: function}]}]\n")
    credentials.write_text("keys: {LTAItestid: testsecret0001}\n")
    return {"fc_config": str(config), "fc_credentials": str(credentials)}


@pytest.fixture(scope="session")
def sdk_homes(pytestconfig: pytest.Config) -> dict[str, Home]:
    """Where the SDKs of each language are."""
    return {
        "node": install_node(HERE, pytestconfig.cache.mkdir("sdk-node")),
        "python": install_python(HERE, pytestconfig.cache.mkdir("sdk-python")),
    }


@pytest.fixture(scope="session", params=some())
def sdk(request: pytest.FixtureRequest, sdk_homes: dict[str, Home]) -> Sdk:
    """Each SDK that can run here."""
    found: Sdk = request.param
    home, why_not = sdk_homes[found.language]
    if home is None:
        pytest.skip(why_not)
    return found


@pytest.fixture(scope="session")
def sdk_home(sdk: Sdk, sdk_homes: dict[str, Home]) -> Path:
    """Where that SDK is."""
    home = sdk_homes[sdk.language][0]
    assert home is not None
    return home


@pytest.fixture(scope="session")
def driver(sdk: Sdk, sdk_home: Path) -> Iterator[Driver]:
    """Its process."""
    running = Driver(sdk, sdk_home)
    yield running
    running.close()
