from __future__ import annotations

import pytest

from addons.options import NAMES, OPTIONS, check_names
from addons.refusal import Exit, StartRefused


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        pytest.param("fc_stor", "fc_store", id="a-letter-missing"),
        pytest.param("fc_timeuot", "fc_timeout", id="letters-swapped"),
        pytest.param("fc_zzz", "fc_", id="nothing-near"),
    ],
)
def test_a_mistyped_name_is_refused_with_the_nearest_one(name: str, nearest: str) -> None:
    with pytest.raises(StartRefused) as refused:
        check_names([name])
    assert refused.value.code is Exit.OPTION
    assert name in refused.value.line
    assert f"did you mean {nearest}" in refused.value.line


def test_names_of_others_are_not_ours_to_refuse() -> None:
    check_names(["someone_elses", "fcx"])


def test_every_default_is_legal() -> None:
    for option in OPTIONS:
        assert isinstance(option.default, option.kind)
        assert not option.choices or option.default in option.choices
    assert len(NAMES) == len(OPTIONS)
