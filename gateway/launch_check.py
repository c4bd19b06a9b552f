"""What FC would refuse of the way a program is started: time-outs, health check, environment (contract section 13).

Must not know: how the config was written, processes. Read next: config.py (Launch), config_check.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.config import KIB
from gateway.shape import Path, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gateway.config import HealthCheck, Launch

SECONDS = {
    "ready_timeout_s": (0.001, 3600),  # ours: FC has 120 and no setting (contract LIFE-2)
    "initialize_s": (0, 300),
    "pre_stop_s": (0, 90),
    "pre_freeze_s": (0, 90),
}
"""Field -> least, largest (contract section 3, "other ceilings"); 0 = not called."""

HEALTH = {
    "initial_delay_s": (0, 120),
    "period_s": (1, 120),
    "timeout_s": (1, 3),
    "failure_threshold": (1, 120),
    "success_threshold": (1, 120),
}
"""Field -> least, largest (contract LIFE-HC-1)."""

LONGEST_PATH = 2048
LARGEST_ENVIRONMENT = 4 * KIB
"""Bytes of all names and values (contract ENV-1)."""


def check_launch(launch: Launch, path: Path) -> Iterator[Problem]:
    """Every problem of a function's `launch`."""
    yield from _ranges(launch, SECONDS, path)
    yield from _health(launch.health_check, (*path, "health_check"))
    yield from _environment(launch.environment, (*path, "environment"))


def _ranges(value: object, ranges: Mapping[str, tuple[float, float]], path: Path) -> Iterator[Problem]:
    for name, (least, largest) in ranges.items():
        number: Any = getattr(value, name)
        if not least <= number <= largest:
            yield Problem((*path, name), f"{number:g} is not possible: {least:g} to {largest:g}")


def _health(check: HealthCheck, path: Path) -> Iterator[Problem]:
    yield from _ranges(check, HEALTH, path)
    if check.path and not check.path.startswith("/"):
        yield Problem((*path, "path"), f"{check.path!r} is not possible: a path begins with /")
    if len(check.path) > LONGEST_PATH:
        yield Problem(
            (*path, "path"), f"a path of {len(check.path)} characters is not possible: at most {LONGEST_PATH}"
        )


def _environment(pairs: tuple[tuple[str, str], ...], path: Path) -> Iterator[Problem]:
    size = sum(len(name.encode()) + len(value.encode()) for name, value in pairs)
    if size > LARGEST_ENVIRONMENT:
        yield Problem(path, f"{size} bytes of names and values: FC takes at most {LARGEST_ENVIRONMENT}")
    for name, _ in pairs:
        if name.startswith("FC_"):
            yield Problem((*path, name), "names that begin with FC_ are the platform's own")
        elif not name[:1].isalpha() or not name[:1].isascii():
            yield Problem((*path, name), "a name begins with a letter")
