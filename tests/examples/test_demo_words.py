"""The demo speaks the user's language, and says the same in both."""

from __future__ import annotations

import re

import pytest

from examples.demo_words import CHINESE, ENGLISH, Words, words_for


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        pytest.param({}, ENGLISH, id="nothing set"),
        pytest.param({"LANG": "zh_CN.UTF-8"}, CHINESE, id="LANG"),
        pytest.param({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, ENGLISH, id="LC_ALL wins"),
        pytest.param({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_TW", "LC_ALL": ""}, CHINESE, id="empty is not set"),
        pytest.param({"LANG": "de_DE.UTF-8"}, ENGLISH, id="another language"),
    ],
)
def test_the_locale_decides(environment: dict[str, str], words: Words) -> None:
    assert words_for(environment) is words


def test_both_languages_name_the_same_commands() -> None:
    assert [command for command, _ in ENGLISH.steps] == [command for command, _ in CHINESE.steps]


def test_no_english_sentence_is_left_in_the_chinese() -> None:
    texts = [CHINESE.title, CHINESE.legend, CHINESE.delivery, CHINESE.next, *(text for _, text in CHINESE.steps)]
    assert all(re.search(r"[\u4e00-\u9fff]", text) for text in texts)
