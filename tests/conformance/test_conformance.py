"""The contract's cases, each through every shell that can play it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from tests.conformance.cases import FOLDER, Case, load_cases
from tests.conformance.judge import judge_client, judge_recording, judge_server
from tests.conformance.pure import play_and_judge
from tests.conformance.script import behaviour_of
from tests.conformance.shells import play

if TYPE_CHECKING:
    from pathlib import Path

    from tests.live.pool import Stages

CONFIGS = FOLDER / "configs"

ROWS = [
    pytest.param(shell, case, id=f"{case.id}[{shell}]")
    for case in load_cases()
    for shell in case.shells
    if shell != "core"
]
CORE = [pytest.param(case, id=f"{case.id}[core]") for case in load_cases() if "core" in case.shells]


@pytest.mark.parametrize("case", CORE)
def test_case_in_the_core(case: Case) -> None:
    play_and_judge(case)


def options_of(case: Case, folder: Path) -> dict[str, str]:
    """The proxy's options; a config that the case spells out becomes a file, the same for the same config."""
    options = {name: value.replace("{configs}", str(CONFIGS)) for name, value in (case.options or {}).items()}
    if case.config is not None:
        text = json.dumps(case.config)  # which YAML can read
        path = folder / f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.yaml"
        path.write_text(text)
        options["fc_config"] = str(path)
    return options


@pytest.mark.parametrize(("shell", "case"), ROWS)
def test_case(stages: Stages, shell: str, case: Case, tmp_path_factory: pytest.TempPathFactory) -> None:
    stage = stages.get(options_of(case, tmp_path_factory.getbasetemp()), listening=case.listening)
    stage.server.script(*(behaviour_of(serve) for serve in case.serve))
    last = stage.proxy.recorded.newest()
    played = play(shell, stage, case.ask)
    judge_client(played, case.got)
    received = stage.server.wait_for(case.saw.calls)
    judge_server(received, case.saw, exact=played.exact)
    for one in received:
        one.answered.wait()
    judge_recording(case, stage, played, received, last)
