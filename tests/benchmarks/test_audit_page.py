"""The benchmark of the large page measures a page of ours, with calls that the rules explain."""

from __future__ import annotations

import shutil

import pytest

from benchmarks.audit_page import exchanges, main, plain_list
from gateway.differences import unexplained


def test_the_calls_are_explained_and_differ() -> None:
    found = list(exchanges(20))
    assert [unexplained(exchange) for exchange in found] == [()] * 20
    assert len({exchange.client.request for exchange in found}) == 20
    assert {exchange.client.response.status for exchange in found if exchange.client.response} == {200, 404}


def test_the_plain_list_has_as_many_rows() -> None:
    assert plain_list(30).count("<li>") == 30


@pytest.mark.browser
def test_it_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    if shutil.which("chromium") is None and shutil.which("google-chrome") is None:
        pytest.skip("no Chromium on this machine")
    assert main(["--exchanges", "300", "--rounds", "1"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("| 300 | ")
