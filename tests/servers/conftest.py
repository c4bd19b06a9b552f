"""Where the other people's servers and clients are installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.installed import install_node, install_python

HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="session")
def python_home(pytestconfig: pytest.Config) -> Path:
    """An environment with the Python servers."""
    home, why_not = install_python(HERE, pytestconfig.cache.mkdir("servers-python"))
    if home is None:
        pytest.skip(why_not)
    return home


@pytest.fixture(scope="session")
def node_home(pytestconfig: pytest.Config) -> Path:
    """A folder with the Node servers' modules."""
    home, why_not = install_node(HERE, pytestconfig.cache.mkdir("servers-node"))
    if home is None:
        pytest.skip(why_not)
    return home
