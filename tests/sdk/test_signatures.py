"""What the official SDKs sign, checked by the gateway: the right secret passes, another raises the SDK's own error.

Read next: ../../gateway/auth/ (who checks), test_sdks.py (the helpers).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.sdk.sdks import some
from tests.sdk.test_sdks import answers, assert_raised, event_at_server, order

if TYPE_CHECKING:
    from tests.live.pool import Stage
    from tests.sdk.sdks import Driver

WRONG = "another-secret"


@pytest.mark.parametrize("qualifier", [pytest.param("", id="latest"), pytest.param("prod", id="qualified")])
def test_the_right_secret_passes(driver: Driver, guarded_stage: Stage, qualifier: str) -> None:
    stage = guarded_stage
    last = stage.proxy.recorded.newest()
    report = driver.act(order(driver, stage, event=b"x", qualifier=qualifier))
    assert (report.error, report.status, report.body) == ("", 200, b"ok")
    assert event_at_server(stage).body == b"x"
    (exchange,) = stage.proxy.recorded.ended_after(last, 1)
    assert exchange.facts.verified_by in {"documented", "acs3"}
    stage.proxy.recorded.assert_no_silent_change(exchange)


def test_another_secret_raises(driver: Driver, guarded_stage: Stage) -> None:
    stage = guarded_stage
    last = stage.proxy.recorded.newest()
    report = driver.act(order(driver, stage, event=b"x", secret=WRONG))
    assert_raised(report, driver, 403, "SignatureNotMatch", "signature")
    assert stage.server.received == []
    (exchange,) = stage.proxy.recorded.ended_after(last, 1)
    assert b"string to sign, as computed here" in exchange.log
    assert WRONG.encode() not in exchange.log
    stage.proxy.recorded.assert_no_silent_change(exchange)


def test_an_access_key_that_nobody_knows_raises(driver: Driver, guarded_stage: Stage) -> None:
    report = driver.act(order(driver, guarded_stage, event=b"x", key="LTAIstranger"))
    assert_raised(report, driver, 403, "InvalidAccessKeyID", "LTAIstranger")
    assert guarded_stage.server.received == []


def test_asking_for_the_function_is_checked_too(driver: Driver, guarded_stage: Stage) -> None:
    told = driver.act(order(driver, guarded_stage, does="get-function"))
    assert (told.error, json.loads(told.body)["functionName"]) == ("", "fn")
    refused = driver.act(order(driver, guarded_stage, does="get-function", secret=WRONG))
    assert_raised(refused, driver, 403, "SignatureNotMatch", "signature")


@pytest.mark.parametrize("path", [pytest.param("/a/b", id="plain"), pytest.param("/a/b?z=1&a=2", id="query")])
@pytest.mark.parametrize("sdk", some(lambda sdk: sdk.has_http and sdk.language == "python"), indirect=True)
def test_the_helper_for_http_triggers_signs_as_the_trigger_asks(
    driver: Driver, guarded_stage: Stage, path: str
) -> None:
    stage = guarded_stage
    last = stage.proxy.recorded.newest()
    stage.server.script(answers(b"hello"))
    report = driver.act(order(driver, stage, does="http", path=path))
    assert (report.error, report.status, report.body) == ("", 200, b"hello")
    (exchange,) = stage.proxy.recorded.ended_after(last, 1)
    odd = exchange.facts.verified_by != "documented"
    assert ("req.auth.quirk" in {advice.rule_id for advice in exchange.advice}) is odd
    refused = driver.act(order(driver, stage, does="http", path=path, secret=WRONG))
    assert refused.error or refused.status == 403
    assert len(stage.server.received) == 1
