"""The words of changes are recorded: a recording of any version must still mean the same."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from gateway.changes import Leg, Part, Reply, Transform
from gateway.messages import Response


def test_the_recorded_words() -> None:
    assert [one.value for one in Leg] == ["request", "response"]
    assert [one.value for one in Part] == [
        "method", "target", "version", "status", "headers", "body", "trailers", "message", "interim",
    ]  # fmt: skip


def test_a_change_cannot_be_changed() -> None:
    change = Transform("req.strip.x-fc", Leg.REQUEST, Part.HEADERS, ((b"a", b"b"),), ())
    with pytest.raises(FrozenInstanceError):
        change.rule_id = "other"  # type: ignore[misc] # that is the point
    assert Reply(Response(200)).error_code == ""
