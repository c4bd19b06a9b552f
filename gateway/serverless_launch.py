"""The keys of an s.yaml that say how a function's program is started: command, health check, hooks, environment.

Of a container image nothing is taken but its port: an image cannot be run here (contract section 17).
Must not know: YAML, files, processes. Read next: serverless_devs.py, config.py (Launch).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gateway.serverless_keys import HEALTH, HOOK, LIFECYCLE

if TYPE_CHECKING:
    from gateway.serverless_devs import Reading
    from gateway.shape import Path

HEALTH_KEYS = {
    "httpGetUrl": "path",
    "initialDelaySeconds": "initial_delay_s",
    "periodSeconds": "period_s",
    "timeoutSeconds": "timeout_s",
    "failureThreshold": "failure_threshold",
    "successThreshold": "success_threshold",
}
HOOKS = {"initializer": ("initialize_s", 3), "preStop": ("pre_stop_s", 3)}
"""Key of instanceLifecycleConfig -> field of Launch, and FC's time-out in seconds when none is written."""

OFF = ("", "false", "none")
"""Values of a hook's `handler` that leave it off."""


def launch(reading: Reading, props: Mapping[Any, Any], path: Path, own: Path) -> dict[str, Any]:
    """The `launch` of a function as config.py's fields spell it. `own`: where it goes in the plain config."""
    into: dict[str, Any] = {}
    reading.places[own] = path
    config = props.get("customRuntimeConfig")
    if isinstance(config, Mapping):  # anything else has been refused where its port was read, with its unknown keys
        _runtime(reading, config, (*path, "customRuntimeConfig"), own, into)
    if isinstance(props.get("code"), str):
        reading.put(into, (*own, "folder"), props["code"], (*path, "code"))
    variables = props.get("environmentVariables")
    if variables:
        here = (*path, "environmentVariables")
        given = reading.keys(variables, tuple(map(str, variables)), here)
        into["environment"] = {str(name): reading.resolved(value, (*here, str(name))) for name, value in given.items()}
        reading.places[*own, "environment"] = here
    _hooks(reading, props.get("instanceLifecycleConfig"), (*path, "instanceLifecycleConfig"), own, into)
    return into


def _runtime(reading: Reading, config: Mapping[Any, Any], path: Path, own: Path, into: dict[str, Any]) -> None:
    words = [
        reading.resolved(word, here)
        for key in ("command", "args")
        for word, here in reading.items(config.get(key) or [], (*path, key))
    ]
    if words:
        into["command"] = words
        reading.places[*own, "command"] = (*path, "command")
    check = config.get("healthCheckConfig")
    if check:
        here = (*path, "healthCheckConfig")
        written = reading.keys(check, HEALTH, here)
        health: dict[str, Any] = {}
        for theirs, ours in HEALTH_KEYS.items():
            if theirs in written:
                reading.put(health, (*own, "health_check", ours), written[theirs], (*here, theirs))
        into["health_check"] = health


def _hooks(reading: Reading, value: Any, path: Path, own: Path, into: dict[str, Any]) -> None:  # noqa: ANN401 - any YAML value
    if value is None:
        return
    config = reading.keys(value, LIFECYCLE, path)
    for theirs, (ours, default_s) in HOOKS.items():
        if theirs not in config:
            continue
        here = (*path, theirs)
        hook = reading.keys(config[theirs], HOOK, here)
        if str(hook.get("handler", "")).strip().lower() not in OFF:
            reading.put(into, (*own, ours), hook.get("timeout", default_s), (*here, "timeout"))
        elif "command" in hook:
            reading.refuse((*here, "command"), "a command as a hook is not run here: give the hook a handler")
