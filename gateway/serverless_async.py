"""What an s.yaml says of a function's asynchronous calls, in our words (contract ASYNC-5, ASYNC-7, ASYNC-10).

Must not know: YAML, files. Read next: serverless_devs.py (who asks), config.py (Asynchronous).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.serverless_keys import ASYNC_INVOKE

if TYPE_CHECKING:
    from gateway.serverless_devs import Reading
    from gateway.shape import Path

ASYNC_KEYS = {"asyncTask": "task", "maxAsyncRetryAttempts": "retries", "maxAsyncEventAgeInSeconds": "age_s"}
DESTINATION_KEYS = {"onSuccess": "on_success", "onFailure": "on_failure"}


def asynchronous(reading: Reading, value: Any, props: Path, own: Path) -> dict[str, Any]:  # noqa: ANN401 - any YAML value
    """The `asyncInvokeConfig` of a function as the fields of `Asynchronous`."""
    path: Path = (*props, "asyncInvokeConfig")
    reading.places[own] = path
    into: dict[str, Any] = {}
    given = reading.keys(value, ASYNC_INVOKE, path)
    for theirs, ours in ASYNC_KEYS.items():
        if theirs in given:
            reading.put(into, (*own, ours), given[theirs], (*path, theirs))
    below = (*path, "destinationConfig")
    destinations = reading.keys(given.get("destinationConfig") or {}, tuple(DESTINATION_KEYS), below)
    for theirs, ours in DESTINATION_KEYS.items():
        if destinations.get(theirs):
            one = reading.keys(destinations[theirs], ("destination",), (*below, theirs))
            target = reading.required(one, "destination", (*below, theirs))
            reading.put(into, (*own, ours), target, (*below, theirs, "destination"))
    return into
