from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from addons.options import OPTIONS
from addons.refusal import Exit, StartRefused
from addons.settings import address, egress_port, fc_modes, read
from gateway.config import DomainKind, Evidence
from store.keep import Keep


def options(**changed: object) -> Any:
    values = {option.name: option.default for option in OPTIONS}
    return SimpleNamespace(**{**values, "mode": ["regular"], **changed})


def test_without_options_one_function_listens_where_fc_s_does() -> None:
    found = read(options())
    assert found.servers == {"web": ("127.0.0.1", 9000)}
    assert found.modes == ("fc:http://127.0.0.1:9000",)
    assert Path(found.store).is_absolute()


@pytest.mark.parametrize(
    ("modes", "expected", "server"),
    [
        pytest.param(["regular"], "fc:http://127.0.0.1:9000", "http://127.0.0.1:9000", id="default"),
        pytest.param(["reverse:http://h:81"], "fc:http://h:81", "http://h:81", id="reverse-http"),
        pytest.param(["reverse:http://h:81@8090"], "fc:http://h:81@8090", "http://h:81", id="reverse-with-a-port"),
        pytest.param(["fc:http://h:81"], "fc:http://h:81", "http://h:81", id="fc"),
        pytest.param(["regular@8081"], "regular@8081", "http://127.0.0.1:9000", id="a-regular-proxy-on-request"),
        pytest.param(["reverse:https://h"], "reverse:https://h", "http://127.0.0.1:9000", id="reverse-https"),
    ],
)
def test_plain_reverse_modes_become_the_fc_mode(modes: list[str], expected: str, server: str) -> None:
    assert fc_modes(modes) == ((expected,), server)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        pytest.param({"fc_timeout": 0.0}, "fc_timeout=0", id="no-time"),
        pytest.param({"fc_timeout": 90000.0}, "86400", id="more-than-a-day"),
        pytest.param({"fc_memory": 1}, "fc_memory=1", id="too-little-memory"),
        pytest.param({"fc_concurrency": 201}, "200", id="too-many-at-once"),
        pytest.param({"fc_keep": "7 parsecs"}, "fc_keep", id="an-impossible-retention"),
        pytest.param({"fc_log": "a", "fc_command": "b"}, "exclude each other", id="two-logs"),
        pytest.param({"fc_start": "never", "fc_command": "b"}, "exclude each other", id="never-and-a-command"),
        pytest.param({"fc_ui": "eighty"}, "fc_ui=eighty", id="no-port"),
        pytest.param({"fc_ui": "65536"}, "fc_ui=65536", id="beyond-the-last-port"),
        pytest.param({"fc_ui": "8081", "fc_record": False}, "fc_record=false", id="nothing-to-show"),
    ],
)
def test_impossible_values_are_refused_by_name(changed: dict[str, object], named: str) -> None:
    with pytest.raises(StartRefused) as refused:
        read(options(**changed))
    assert refused.value.code is Exit.OPTION
    assert named in refused.value.line


def test_choices_of_the_run_are_in_the_config() -> None:
    config = read(options(fc_evidence="observed", fc_domain="custom", fc_function="shop", fc_memory=1024)).config
    assert (config.evidence, config.domain_kind) == (Evidence.OBSERVED, DomainKind.CUSTOM)
    assert (config.functions[0].name, config.functions[0].memory_mb) == ("shop", 1024)


@pytest.mark.parametrize(("text", "port"), [("", None), ("0", 0), ("8081", 8081)])
def test_the_live_page_s_port_is_read(text: str, port: int | None) -> None:
    assert read(options(fc_ui=text)).ui_port == port


def test_retention_is_read() -> None:
    assert read(options()).keep is None
    assert read(options(fc_keep="7d, 2GiB")).keep == Keep(age_s=7 * 86400, size=2 * 1024**3)


def test_a_store_url_is_left_as_it_is() -> None:
    assert read(options(fc_store="postgresql+psycopg://h/db")).store == "postgresql+psycopg://h/db"


@pytest.mark.parametrize("server", ["https://h:1", "h:1", "http://", "http://h:99999"])
def test_a_server_must_be_a_plain_http_address(server: str) -> None:
    with pytest.raises(StartRefused):
        address(server)


def test_a_server_without_a_port_listens_on_80() -> None:
    assert address("http://h") == ("h", 80)


@pytest.mark.parametrize(("text", "port"), [("", None), ("0", 0), ("9100", 9100)])
def test_a_port_for_the_functions_own_calls(text: str, port: int | None) -> None:
    assert egress_port(text) == port


@pytest.mark.parametrize("text", ["x", "-1", "65536", "9.5"])
def test_what_is_no_port_is_refused(text: str) -> None:
    with pytest.raises(StartRefused, match="fc_egress"):
        egress_port(text)


@pytest.mark.parametrize(
    ("mode", "server"),
    [
        pytest.param("regular", "http://127.0.0.1:9123", id="the-file-s-port"),
        pytest.param("reverse:http://127.0.0.1:9456", "http://127.0.0.1:9456", id="the-command-line-s-port"),
    ],
)
def test_a_lone_function_of_a_file_listens_where_the_file_says_unless_a_server_is_named(
    tmp_path: Path, mode: str, server: str
) -> None:
    place = tmp_path / "fc.yaml"
    place.write_text("functions: [{name: shop, server: 'http://127.0.0.1:9123'}]", encoding="utf-8")
    found = read(options(mode=[mode], fc_config=str(place)))
    assert found.config.functions[0].server == server
    assert found.modes == ("fc:" + server,)
    assert found.folder == tmp_path
