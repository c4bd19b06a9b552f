from __future__ import annotations

import pytest

from addons import greeting


@pytest.mark.parametrize(
    ("wanted", "environment", "expected"),
    [
        pytest.param("zh", {"LANG": "en_US.UTF-8"}, "zh", id="the-option-decides"),
        pytest.param("", {"LANG": "zh_CN.UTF-8"}, "zh", id="else-the-locale"),
        pytest.param("", {"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "en", id="lc-all-before-lang"),
        pytest.param("", {}, "en", id="no-locale"),
    ],
)
def test_the_language_is_the_option_s_or_the_locale_s(wanted: str, environment: dict[str, str], expected: str) -> None:
    assert greeting.language(wanted, environment) == expected


@pytest.mark.parametrize("tongue", ["en", "zh"])
def test_both_languages_name_the_place(tongue: str) -> None:
    assert "fc.db" in greeting.at_start(tongue, "fc.db", "on")
    assert "fc_record=false" in greeting.at_start(tongue, None, "on")
    stop = greeting.at_stop(tongue, "fc.db", 13)
    assert "13" in stop
    assert "replay.py audit fc.db" in stop


@pytest.mark.parametrize("tongue", ["en", "zh"])
def test_the_next_command_may_be_pasted(tongue: str) -> None:
    assert "replay.py audit '/my calls/fc.db' -o" in greeting.at_stop(tongue, "/my calls/fc.db", 1)


@pytest.mark.parametrize("tongue", ["en", "zh"])
def test_who_starts_the_server_is_told_what_it_needs(tongue: str) -> None:
    assert "HTTPS_PROXY=http://127.0.0.1:9100" in greeting.egress(tongue, 9100, started=False)
    assert "127.0.0.1:9100" in greeting.egress(tongue, 9100, started=True)
    assert "HTTPS_PROXY" not in greeting.egress(tongue, 9100, started=True)


@pytest.mark.parametrize("tongue", ["en", "zh"])
def test_what_goes_unchecked_is_named_with_the_option_that_would_check_it(tongue: str) -> None:
    told = greeting.unchecked(tongue, ("function", "jwt"))
    assert "function, jwt" in told
    assert "fc_credentials" in told
