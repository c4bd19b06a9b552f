"""The variables and the file of CAs that a program gets."""

from __future__ import annotations

import ssl
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import certifi

from instance import outward

if TYPE_CHECKING:
    import pytest


def test_calls_go_through_our_port_but_for_what_is_ours() -> None:
    found = outward.proxy_variables(9100, ("127.0.0.1:9000", "127.0.0.1:8080"), {"no_proxy": " db.internal , "})
    assert found["HTTP_PROXY"] == found["https_proxy"] == "http://127.0.0.1:9100"
    assert found["NO_PROXY"] == found["no_proxy"] == "db.internal,127.0.0.1:9000,127.0.0.1:8080"
    assert found["NODE_USE_ENV_PROXY"] == "1"


def test_every_variable_names_the_same_file(tmp_path: Path) -> None:
    found = outward.bundle_variables(tmp_path / "trusted.pem")
    assert set(found) == set(outward.BUNDLE_VARIABLES)
    assert set(found.values()) == {str(tmp_path / "trusted.pem")}


def test_the_developers_own_files_are_kept_once(tmp_path: Path) -> None:
    own = tmp_path / "own.pem"
    own.write_text("own")
    names = {"SSL_CERT_FILE": str(own), "REQUESTS_CA_BUNDLE": str(own), "CURL_CA_BUNDLE": str(tmp_path / "none.pem")}
    assert outward.developers_bundles(names) == [own]


def test_a_source_that_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"one\n\n")
    two.write_bytes(b"two")
    outward.write_bundle(tmp_path / "all", [one, tmp_path, two])
    assert (tmp_path / "all").read_bytes() == b"one\ntwo\n"


def test_a_system_without_a_file_has_that_of_certifi(monkeypatch: pytest.MonkeyPatch) -> None:
    assert outward.system_bundle().is_file()
    monkeypatch.setattr(outward, "SYSTEM_BUNDLES", ())
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: SimpleNamespace(cafile=None))
    assert outward.system_bundle() == Path(certifi.where())
