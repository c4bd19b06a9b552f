"""The proxies and servers that a session shares: one pair for each set of options, started when first asked for.

Read next: ../proxy.py, scripted.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from tests.live.scripted import ScriptedServer
from tests.proxy import Proxy, free_port

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

LOG_FILE = "server.log"


@dataclass(frozen=True, slots=True)
class Stage:
    """A proxy with a server behind it."""

    proxy: Proxy
    server: ScriptedServer


class Stages:
    """Pairs by their options. `{folder}` in a value stands for the pair's own folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stages: dict[tuple[object, ...], Stage] = {}

    def get(self, options: Mapping[str, str] | None = None, *, listening: bool = True) -> Stage:
        """The pair with these options, its server with an empty script. Not `listening`: nobody is behind it."""
        wanted = dict(options or {})
        key = (listening, *sorted(wanted.items()))
        if key not in self._stages:
            self._stages[key] = self._start(wanted, listening=listening)
        stage = self._stages[key]
        stage.server.script()
        return stage

    def _start(self, options: dict[str, str], *, listening: bool) -> Stage:
        folder = self._folder / f"stage-{len(self._stages)}"
        server = ScriptedServer(folder / LOG_FILE)
        # No power fails here, and a busy disk would cost more than the rest; other tests run as delivered.
        filled = {"fc_durability": "normal"}
        filled |= {name: value.replace("{folder}", str(folder)) for name, value in options.items()}
        proxy = Proxy(folder, server.port if listening else free_port(), filled)
        try:
            return Stage(proxy.start(), server)
        except BaseException:
            server.close()
            raise

    def close(self) -> None:
        """Stop every pair; each must end well."""
        problems: list[BaseException] = []
        for stage in self._stages.values():
            stage.proxy.ask_to_stop()
        for stage in self._stages.values():
            for end in (stage.proxy.stop, stage.server.close):
                try:
                    end()
                except Exception as error:  # noqa: BLE001 - the others must be stopped too; all are told below
                    problems.append(error)
        if problems:
            raise BaseExceptionGroup("proxies that did not end well", problems)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
