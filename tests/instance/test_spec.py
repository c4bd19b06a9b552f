"""Commands are split without a shell, and exits are told as FC counts them."""

from __future__ import annotations

import pytest

from gateway.config import Function
from gateway.exchange import Failure
from instance.spec import FAILURES, InstanceSpec, StartFailure, StartProblem, describe_exit, split_command


@pytest.mark.parametrize(
    ("command", "words"),
    [
        pytest.param("python app.py", ("python", "app.py"), id="plain"),
        pytest.param("python 'my app.py' --x=\"a b\"", ("python", "my app.py", "--x=a b"), id="quotes"),
        pytest.param("serve $HOME; rm -rf *", ("serve", "$HOME;", "rm", "-rf", "*"), id="no shell behind it"),
        pytest.param(r"a\ b", ("a b",), id="backslash"),
    ],
)
def test_a_command_is_split_like_a_shell_does(command: str, words: tuple[str, ...]) -> None:
    assert split_command(command) == words


@pytest.mark.parametrize("command", [pytest.param("", id="empty"), pytest.param("python 'app", id="open quote")])
def test_a_command_that_cannot_be_split_is_a_failure(command: str) -> None:
    failure = split_command(command)
    assert isinstance(failure, StartFailure)
    assert failure.problem is StartProblem.BAD_COMMAND
    assert "fc_command" in failure.text


@pytest.mark.parametrize(
    ("returncode", "text"),
    [
        pytest.param(0, "code 0", id="ended"),
        pytest.param(2, "code 2", id="failed"),
        pytest.param(-9, "code 137, signal SIGKILL", id="out of memory"),
        pytest.param(-40, "code 168, signal 40", id="real-time signal"),
    ],
)
def test_an_exit_is_described(returncode: int, text: str) -> None:
    assert describe_exit(returncode) == text


@pytest.mark.parametrize(
    ("server", "address"),
    [
        pytest.param("http://127.0.0.1:9000", ("127.0.0.1", 9000), id="with a port"),
        pytest.param("http://localhost", ("localhost", 80), id="without"),
        pytest.param("http://[::1]:8000", ("::1", 8000), id="IPv6"),
    ],
)
def test_the_address_is_the_function_s_server(server: str, address: tuple[str, int]) -> None:
    spec = InstanceSpec("x", Function(server=server))
    assert (spec.host, spec.port) == address


def test_every_problem_has_a_failure_of_the_gateway() -> None:
    assert set(FAILURES) == set(StartProblem)
    assert StartFailure(StartProblem.EXITED, "gone").failure is Failure.EXITED_AT_START


def test_callers_are_told_what_the_program_printed() -> None:
    assert StartFailure(StartProblem.EXITED, "gone.").told == "gone."
    printed = StartFailure(StartProblem.EXITED, "gone.", 1, b"no module\nxx\xff\n")
    assert printed.told == "gone. Logs: no module\nxx\\xff"
