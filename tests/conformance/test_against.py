"""The cases at a place that is said to be the cloud: the same gateway, none at all, something else."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from tests.conformance.against import NoProbeError, ask_for_the_probe, compare, place_of
from tests.conformance.cases import Case, load_cases
from tests.conformance.main import main, printable
from tests.conformance.probes import Probe
from tests.proxy import Proxy, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conformance.against import Found

LARGE = 1_000_000
DEFAULT_DOMAIN = "web-abcdefghij.cn-hangzhou.fcapp.run"


def quick() -> list[Case]:
    """The cases without those that carry the largest bodies, with names that no gateway has heard."""
    return [
        case for case in load_cases(secrets.token_hex(4)) if max(0, case.ask.body_size, *case.ask.chunk_sizes) < LARGE
    ]


def differing(found: list[Found]) -> dict[str, list[str]]:
    return {one.case.id: [each.what for each in one.deltas] for one in found if one.deltas}


@pytest.fixture(scope="module")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Probe]:
    with Probe(tmp_path_factory.mktemp("probe") / "log.txt") as probe:
        yield probe


@pytest.fixture(scope="module")
def cloud(probe: Probe, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """This gateway with all it knows, in the place of the cloud."""
    options = {"fc_evidence": "assumed", "fc_log": str(probe.log), "fc_durability": "normal"}
    with Proxy(tmp_path_factory.mktemp("cloud"), probe.port, options) as cloud:
        yield cloud


@pytest.mark.parametrize("host", [pytest.param("", id="custom domain"), pytest.param(DEFAULT_DOMAIN, id="default")])
def test_the_same_gateway_shows_no_delta(cloud: Proxy, host: str) -> None:
    found = list(compare(place_of(f"http://127.0.0.1:{cloud.port}", host), quick()))
    assert differing(found) == {}
    assert sum(not one.skipped for one in found) > 90


def test_no_gateway_at_all_shows_what_one_does(probe: Probe) -> None:
    wanted = ("request-headers-8193", "request-reserved-keep-alive", "response-reserved-server", "two-set-cookie-lines")
    cases = [case for case in load_cases() if case.id in {*wanted, "method-put"}]
    assert differing(list(compare(place_of(f"http://127.0.0.1:{probe.port}", ""), cases))) == {
        "request-headers-8193": ["status", "header X-Fc-Request-Id", "Content-Type", "members of the error"],
        "request-reserved-keep-alive": ["at the server: header Keep-Alive"],
        "response-reserved-server": ["header Server"],
    }


def test_a_gateway_without_what_is_only_observed_shows_just_that(probe: Probe, tmp_path: Path) -> None:
    cases = [case for case in quick() if case.options is not None or "METH-1" in case.proves]
    with Proxy(tmp_path / "other", probe.port, {"fc_log": str(probe.log)}) as other:
        found = differing(list(compare(place_of(f"http://127.0.0.1:{other.port}", ""), cases)))
    assert set(found) == {"observed-context-fields", "cors-custom-domain-assumed", "method-no-trigger-can-list"}


def test_the_command_prints_the_delta_and_keeps_it(probe: Probe, tmp_path: Path) -> None:
    path = tmp_path / "delta.json"
    words = ["--against", f"http://127.0.0.1:{probe.port}", "--only", "response-reserved-server", "--json", str(path)]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 1
    for text in ("response-reserved-server", "header Server", "(none)", "app/1", "2 cases asked, 2 differ"):
        assert text in result.output
    rows = json.loads(path.read_text())
    assert [row["case"] for row in rows if row["deltas"]] == [
        "response-reserved-server",
        "response-reserved-server-odd-case",
    ]
    assert rows[0]["deltas"] == [{"what": "header Server", "expected": "(none)", "got": "app/1"}]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        pytest.param(["--against", "ftp://example.test"], 2, "is not a URL", id="not a URL"),
        pytest.param(["--against", "http://127.0.0.1:1"], 4, "gives no answer", id="nobody there"),
        pytest.param(["--only", "no-such-case"], 5, "no case has", id="nothing chosen"),
    ],
)
def test_every_failing_path_has_its_code_and_its_line(words: list[str], code: int, told: str) -> None:
    result = CliRunner().invoke(main, words)
    assert (result.exit_code, result.output.count("\n")) == (code, 1)
    assert told in result.output


def test_a_case_that_cannot_be_asked_is_not_agreement(cloud: Proxy) -> None:
    words = ["--against", f"http://127.0.0.1:{cloud.port}", "--only", "api-invoke-empty-event"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 5
    assert "1 it is an API call" in result.output


def test_whatever_else_answers_is_not_the_probe(tmp_path: Path) -> None:
    with Proxy(tmp_path / "alone", free_port()) as alone, pytest.raises(NoProbeError, match="is not the probe"):
        ask_for_the_probe(place_of(f"http://127.0.0.1:{alone.port}", ""))


def test_a_terminal_obeys_nothing_that_a_server_sent() -> None:
    assert printable("a\x1b[31m\x07") == "a\\x1b[31m\\x07"
