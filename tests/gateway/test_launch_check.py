from __future__ import annotations

from typing import Any

import pytest

from gateway.config import HealthCheck, Launch
from gateway.launch_check import LARGEST_ENVIRONMENT, check_launch


@pytest.mark.parametrize(
    "launch",
    [
        pytest.param(Launch(), id="nothing"),
        pytest.param(Launch(initialize_s=300, pre_stop_s=90, pre_freeze_s=90), id="longest-hooks"),
        pytest.param(Launch(environment=(("STAGE", "dev"), ("a", ""))), id="environment"),
        pytest.param(Launch(health_check=HealthCheck("/ready", 120, 120, 3, 120, 120)), id="largest-check"),
    ],
)
def test_what_fc_takes(launch: Launch) -> None:
    assert list(check_launch(launch, ())) == []


@pytest.mark.parametrize(
    ("change", "place"),
    [
        pytest.param({"initialize_s": 301}, ("initialize_s",), id="initializer"),
        pytest.param({"pre_stop_s": 91}, ("pre_stop_s",), id="pre-stop"),
        pytest.param({"ready_timeout_s": 0}, ("ready_timeout_s",), id="start-up"),
        pytest.param({"health_check": HealthCheck(period_s=0)}, ("health_check", "period_s"), id="period"),
        pytest.param({"health_check": HealthCheck("ready")}, ("health_check", "path"), id="path-without-slash"),
        pytest.param({"health_check": HealthCheck("/" * 2049)}, ("health_check", "path"), id="long-path"),
        pytest.param({"environment": (("FC_REGION", "x"),)}, ("environment", "FC_REGION"), id="reserved-name"),
        pytest.param({"environment": (("1A", "x"),)}, ("environment", "1A"), id="digit-first"),
        pytest.param({"environment": (("ÄB", "x"),)}, ("environment", "ÄB"), id="no-letter-of-ascii"),
        pytest.param({"environment": (("A", "x" * LARGEST_ENVIRONMENT),)}, ("environment",), id="large-environment"),
    ],
)
def test_what_fc_refuses_is_named_by_its_place(change: dict[str, Any], place: tuple[str, ...]) -> None:
    assert [problem.path for problem in check_launch(Launch(**change), ())] == [place]
