from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from addons.config_file import read_config
from addons.refusal import Exit, StartRefused

if TYPE_CHECKING:
    from pathlib import Path

S_YAML = """\
edition: 3.0.0
name: shop
resources:
  web:
    component: fc3
    props:
      region: cn-hangzhou
      functionName: shop-web
      runtime: custom.debian11
      timeout: 30
      triggers:
        - triggerName: http1
          triggerType: http
          qualifier: LATEST
          triggerConfig: {authType: anonymous, methods: [GET, POST]}
"""
SECOND_TRIGGER = """\
        - triggerName: http2
          triggerType: http
          qualifier: LATEST
          triggerConfig: {authType: anonymous, methods: [GET]}
"""


def test_a_serverless_devs_file_becomes_a_config(tmp_path: Path) -> None:
    place = tmp_path / "s.yaml"
    place.write_text(S_YAML, encoding="utf-8")
    config = read_config(place, "http://127.0.0.1:9123")
    assert [function.name for function in config.functions] == ["shop-web"]
    assert config.functions[0].timeout_s == 30
    assert config.functions[0].server == "http://127.0.0.1:9123"
    assert read_config(place, None).functions[0].server != "http://127.0.0.1:9123"


def refusal_of(place: Path) -> StartRefused:
    with pytest.raises(StartRefused) as refused:
        read_config(place, "http://127.0.0.1:9000")
    assert refused.value.code is Exit.OPTION
    assert str(place) in refused.value.line
    assert "\n" not in refused.value.line
    return refused.value


def test_two_http_triggers_on_one_version_are_refused_with_their_line(tmp_path: Path) -> None:
    """Contract REQ-LIM-10."""
    place = tmp_path / "s.yaml"
    place.write_text(S_YAML + SECOND_TRIGGER, encoding="utf-8")
    line = refusal_of(place).line
    assert "LATEST" in line
    assert any(f"s.yaml:{number}:" in line for number in (11, 12, 16, 17, 18))


@pytest.mark.parametrize(
    ("content", "named"),
    [
        pytest.param(b"a: [1", "not YAML", id="broken-yaml"),
        pytest.param(b"\xff\xfe\x00", "UTF-8", id="not-text"),
        pytest.param(b"#" * (1024 * 1024 + 1), "1 MiB", id="too-large"),
        pytest.param(S_YAML.replace("timeout: 30", "timeuot: 30").encode(), "timeout", id="a-mistyped-key"),
    ],
)
def test_a_bad_file_is_refused_in_one_line(content: bytes, named: str, tmp_path: Path) -> None:
    place = tmp_path / "s.yaml"
    place.write_bytes(content)
    assert named in refusal_of(place).line


def test_a_mistyped_key_names_its_line(tmp_path: Path) -> None:
    place = tmp_path / "s.yaml"
    place.write_text(S_YAML.replace("timeout: 30", "timeuot: 30"), encoding="utf-8")
    assert "s.yaml:10:" in refusal_of(place).line


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "No such file" in refusal_of(tmp_path / "none.yaml").line


def test_a_file_of_brackets_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "fc.yaml"
    place.write_text("[" * 10_000, encoding="utf-8")
    with pytest.raises(StartRefused, match="nested too deeply"):
        read_config(place, "http://127.0.0.1:9000")
