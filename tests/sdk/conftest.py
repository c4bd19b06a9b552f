"""A gateway with one named function, and the official SDKs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.live.pool import Stage, Stages
from tests.sdk.sdks import Driver, Sdk, install_node_sdks, some

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


@pytest.fixture(scope="session")
def node_sdks(pytestconfig: pytest.Config) -> tuple[Path | None, str]:
    return install_node_sdks(pytestconfig.cache.mkdir("sdk-node"))


@pytest.fixture(scope="session", params=some())
def sdk(request: pytest.FixtureRequest, node_sdks: tuple[Path | None, str]) -> Sdk:
    """Each SDK that can run here."""
    found: Sdk = request.param
    if found.language == "node" and node_sdks[0] is None:
        pytest.skip(node_sdks[1])
    return found


@pytest.fixture(scope="session")
def driver(sdk: Sdk, node_sdks: tuple[Path | None, str]) -> Iterator[Driver]:
    """Its process."""
    running = Driver(sdk, node_sdks[0])
    yield running
    running.close()
