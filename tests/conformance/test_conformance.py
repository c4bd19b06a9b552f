"""The contract's cases, each through every shell that can play it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conformance.cases import FOLDER, Case, load_cases
from tests.conformance.judge import judge_client, judge_recording, judge_server
from tests.conformance.script import behaviour_of
from tests.conformance.shells import play

if TYPE_CHECKING:
    from tests.live.pool import Stages

CONFIGS = FOLDER / "configs"

ROWS = [pytest.param(shell, case, id=f"{case.id}[{shell}]") for case in load_cases() for shell in case.shells]


@pytest.mark.parametrize(("shell", "case"), ROWS)
def test_case(stages: Stages, shell: str, case: Case) -> None:
    options = {name: value.replace("{configs}", str(CONFIGS)) for name, value in (case.options or {}).items()}
    stage = stages.get(options, listening=case.listening)
    stage.server.script(*(behaviour_of(serve) for serve in case.serve))
    last = stage.proxy.recorded.newest()
    played = play(shell, stage, case.ask)
    judge_client(played, case.got)
    received = stage.server.wait_for(case.saw.calls)
    judge_server(received, case.saw, exact=played.exact)
    for one in received:
        one.answered.wait()
    judge_recording(case, stage, played, received, last)
