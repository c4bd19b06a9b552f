"""Reading fc_config: YAML to a plain mapping, and the place of every problem as file, line and key.

Must not know: what a config means (gateway/config_load.py).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from addons.refusal import Exit, StartRefused
from gateway.config_load import load

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.config import Config
    from gateway.config_load import Problem

LARGEST_BYTES = 1024 * 1024


def read_config(path: Path, server: str | None) -> Config:
    """The config in a file. `server`: where a lone function listens whatever the file says, None = as it says.

    Raises StartRefused(OPTION) that names file, line and key.
    """
    document = _parse(path)
    loaded = load(document)
    if isinstance(loaded, tuple):
        raise StartRefused(Exit.OPTION, "; ".join(_where(path, document, problem) for problem in loaded))
    functions = tuple(
        replace(function, server=server) if server is not None and len(loaded.functions) == 1 else function
        for function in loaded.functions
    )
    return replace(loaded, functions=functions)


def _parse(path: Path) -> Any:
    from ruamel.yaml import YAML  # noqa: PLC0415 - 60 ms that only a config file costs
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415 - the same

    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise StartRefused(Exit.OPTION, f"fc_config {path} is larger than 1 MiB; this is not a config file")
        return YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise StartRefused(Exit.OPTION, f"fc_config {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise StartRefused(Exit.OPTION, f"fc_config {path} is not UTF-8 text: {error.reason}") from error
    except RecursionError as error:
        raise StartRefused(Exit.OPTION, f"fc_config {path} is nested too deeply; this is not a config file") from error
    except YAMLError as error:
        place = " ".join(str(error).split())
        raise StartRefused(Exit.OPTION, f"fc_config {path} is not YAML: {place}") from error


def _where(path: Path, document: Any, problem: Problem) -> str:
    """`s.yaml:12: resources.web.props.tiemout: ...`."""
    line = _line(document, problem.path)
    keys = ".".join(str(key) for key in problem.path)
    return f"{path}:{line}: {keys}: {problem.text}" if keys else f"{path}: {problem.text}"


def _line(document: Any, keys: tuple[str | int, ...]) -> int:
    """The line of the deepest key that exists, counted from 1."""
    line = 1
    for key in keys:
        places = getattr(document, "lc", None)
        if places is None or not places.data or key not in places.data:
            break
        line = places.data[key][0] + 1
        document = document[key]
    return line
