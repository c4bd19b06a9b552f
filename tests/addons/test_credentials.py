"""What callers are checked by is read from one place, and never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from addons.credentials import KEY_ID, SECRET, read_credentials
from addons.refusal import Exit, StartRefused
from gateway.auth.check import Credentials

if TYPE_CHECKING:
    from pathlib import Path

VALUE = "s3cretvalue"


def test_by_default_there_are_none() -> None:
    assert read_credentials("") == Credentials()


def test_a_file_has_keys_users_and_tokens(tmp_path: Path) -> None:
    place = tmp_path / "credentials.yaml"
    place.write_text("keys: {LTAI1: s1}\nusers: {amy: p1}\ntokens: [t1, t2]\n")
    assert read_credentials(str(place)) == Credentials({"LTAI1": "s1"}, {"amy": "p1"}, ("t1", "t2"))


def test_a_file_may_be_json_and_hold_one_kind(tmp_path: Path) -> None:
    place = tmp_path / "credentials.json"
    place.write_text('{"keys": {"LTAI1": "s1"}, "tokens": null}')
    assert read_credentials(str(place)) == Credentials({"LTAI1": "s1"})


def test_the_environment_has_the_key_of_the_sdks() -> None:
    assert read_credentials("env", {KEY_ID: "a", SECRET: "b"}) == Credentials({"a": "b"})


@pytest.mark.parametrize("environment", [{}, {KEY_ID: "a"}, {SECRET: VALUE}])
def test_half_a_key_is_none(environment: dict[str, str]) -> None:
    with pytest.raises(StartRefused, match=f"set {KEY_ID} and {SECRET}") as refused:
        read_credentials("env", environment)
    assert VALUE not in refused.value.line


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("- a", "is no mapping", id="list"),
        pytest.param("", "is no mapping", id="empty"),
        pytest.param(f"kyes: {{a: {VALUE}}}", "unknown key 'kyes'; did you mean keys?", id="mistyped"),
        pytest.param(f"keys: [{VALUE}]", "keys must be a mapping", id="keys-as-a-list"),
        pytest.param("users: {amy: 1234}", "users must be a mapping of names to texts", id="a-number"),
        pytest.param("tokens: [1234]", "tokens must be a list of texts", id="token-a-number"),
        pytest.param(f"tokens: {VALUE}", "tokens must be a list of texts", id="one-token"),
        pytest.param(f"keys: {{a: {VALUE}", "is not YAML or JSON", id="broken"),
        pytest.param("keys: {}\n" + "#" * 1024 * 1024, "larger than 1 MiB", id="huge"),
    ],
)
def test_what_is_wrong_is_told_without_a_value(tmp_path: Path, text: str, words: str) -> None:
    place = tmp_path / "credentials.yaml"
    place.write_text(text)
    with pytest.raises(StartRefused) as refused:
        read_credentials(str(place))
    assert refused.value.code is Exit.OPTION
    assert words in refused.value.line
    assert str(place) in refused.value.line
    assert VALUE not in refused.value.line
    assert "\n" not in refused.value.line


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StartRefused, match="cannot be read: No such file"):
        read_credentials(str(tmp_path / "none.yaml"))
