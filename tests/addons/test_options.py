from __future__ import annotations

from types import SimpleNamespace

import pytest

from addons.options import NAMES, OPTIONS, check_names, read_values
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


@pytest.mark.parametrize(
    ("name", "texts", "words"),
    [
        pytest.param("fc_memory", ["much"], ("fc_memory=much", "whole number"), id="not-a-number"),
        pytest.param("fc_record", ["maybe"], ("fc_record=maybe", "true or false"), id="not-a-yes-or-no"),
        pytest.param("fc_domain", ["defualt"], ("fc_domain=defualt", "did you mean default?"), id="not-a-choice"),
        pytest.param("fc_store", ["a", "b"], ("fc_store is set 2 times: a, b",), id="twice"),
    ],
)
def test_an_unreadable_value_is_refused(name: str, texts: list[str], words: tuple[str, ...]) -> None:
    with pytest.raises(StartRefused) as refused:
        read_values({name: SimpleNamespace(val=texts)})
    assert refused.value.code is Exit.OPTION
    for word in words:
        assert word in refused.value.line


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        pytest.param("fc_memory", SimpleNamespace(val=["1024"]), 1024, id="number"),
        pytest.param("fc_record", SimpleNamespace(val=["false"]), False, id="no"),
        pytest.param("fc_record", SimpleNamespace(val=[]), True, id="name-alone-is-yes"),
        pytest.param("fc_timeout", 0.5, "0.5", id="number-of-config.yaml"),
        pytest.param("fc_record", False, False, id="no-of-config.yaml"),
        pytest.param("fc_domain", "custom", "custom", id="choice-of-config.yaml"),
    ],
)
def test_a_value_is_read_before_mitmproxy_reads_it(name: str, given: object, value: object) -> None:
    deferred = {name: given, "someone_elses": "x"}
    read_values(deferred)
    assert deferred == {name: value, "someone_elses": "x"}
