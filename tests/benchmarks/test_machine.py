"""The machine is described with what figures depend on."""

from __future__ import annotations

from benchmarks.machine import describe


def test_the_description_names_processor_system_and_versions() -> None:
    told = dict(describe())
    assert list(told) == ["processor", "system", "Python", "packages"]
    assert "mitmproxy 12." in told["packages"]
    assert all(told.values())
