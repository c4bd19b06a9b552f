from __future__ import annotations

import pytest

from addons.refusal import Exit, StartRefused, leave


@pytest.mark.parametrize("code", [pytest.param(code, id=code.name) for code in Exit])
def test_leaving_prints_one_line_and_has_the_code(code: Exit, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        leave(StartRefused(code, "what, where, next"))
    assert left.value.code == int(code)
    assert capsys.readouterr().err == "fc-replay: what, where, next\n"


def test_each_refusal_has_a_code_of_its_own() -> None:
    assert len({int(code) for code in Exit}) == len(Exit)
    assert not {0, 1} & {int(code) for code in Exit}
