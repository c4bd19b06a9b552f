from __future__ import annotations

import pytest

from store.keep import Keep, parse_keep


@pytest.mark.parametrize(
    ("told", "keep"),
    [
        pytest.param("", None, id="nothing"),
        pytest.param("7d", Keep(age_s=604_800), id="age"),
        pytest.param("10000", Keep(exchanges=10_000), id="count"),
        pytest.param("2GiB", Keep(size=2 * 1024**3), id="size"),
        pytest.param("7d, 10000 2gib", Keep(604_800, 10_000, 2 * 1024**3), id="all"),
    ],
)
def test_what_fc_keep_means(told: str, keep: Keep | None) -> None:
    assert parse_keep(told) == keep


@pytest.mark.parametrize("told", ["0", "0d", "7x", "-3", "two days", "7d,8d", "1.5 mb"])
def test_what_it_cannot_mean_is_refused_by_name(told: str) -> None:
    with pytest.raises(ValueError, match="'"):
        parse_keep(told)
