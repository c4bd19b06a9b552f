"""mitmweb and the console show which rules acted on a flow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from mitmproxy import contentviews
from mitmproxy.test import taddons, tflow

from addons.adapt import to_flow
from addons.rules_view import NAME, NOT_OURS, UNTOUCHED, comment, register
from tests.audit import sample

if TYPE_CHECKING:
    from mitmproxy.http import HTTPFlow

CALLS = sample.exchanges()


def shown(flow: HTTPFlow, language: str = "en") -> str:
    register(language)
    assert flow.response is not None
    with taddons.context():
        return contentviews.prettify_message(flow.response, flow, NAME).text


def test_the_comment_names_the_exchange_its_changes_and_its_rules() -> None:
    told = comment(CALLS[0])
    assert told.startswith("#1 -7 +18 ~1 req.")
    assert len(told.split()) == len(set(told.split()))
    assert to_flow(CALLS[0], ("127.0.0.1", 9000), lambda _: None).comment == told


@pytest.mark.parametrize(("language", "words"), [("en", "hop-by-hop"), ("zh", "逐跳")])
def test_the_view_tells_each_rule_once_with_its_sentence(language: str, words: str) -> None:
    lines = shown(to_flow(CALLS[0], ("127.0.0.1", 9000), lambda _: None), language).splitlines()
    assert any(line.startswith("req.strip.hop  ") and words in line for line in lines)
    assert len({line.partition(" ")[0] for line in lines}) == len(lines)


def test_a_flow_that_is_not_ours_and_one_that_nothing_touched_say_so() -> None:
    flow = tflow.tflow(resp=True)
    assert shown(flow) == NOT_OURS["en"]
    flow.metadata["fc_rules"] = []
    assert shown(flow) == UNTOUCHED["en"]
    flow.metadata["fc_rules"] = ["gone.rule"]
    assert shown(flow) == "gone.rule  (retired rule)"


def test_it_is_never_chosen_unasked() -> None:
    register("en")
    flow = to_flow(CALLS[0], ("127.0.0.1", 9000), lambda _: None)
    assert flow.response is not None
    with taddons.context():
        assert contentviews.prettify_message(flow.response, flow).view_name != NAME
