"""Proxies for the live tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

# Before anything imports it: its asserts then say what was found.
pytest.register_assert_rewrite("tests.live.recorded")

from tests.live.pool import Stage, Stages  # noqa: E402 - after the line above

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stages]:
    with Stages(tmp_path_factory.mktemp("live")) as stages:
        yield stages


@pytest.fixture
def stage(stages: Stages) -> Stage:
    """The proxy with nothing but its defaults."""
    return stages.get()
