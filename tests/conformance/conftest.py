"""Proxies for the contract's cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

# Before anything imports them: their asserts then say what was found.
pytest.register_assert_rewrite("tests.conformance.judge", "tests.live.recorded")

from tests.live.pool import Stages  # noqa: E402 - after the line above

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stages]:
    with Stages(tmp_path_factory.mktemp("conformance")) as stages:
        yield stages
