"""A mapping that a person wrote -> Config, or everything that is wrong with it.

Two kinds are read: an `s.yaml` of Serverless Devs (it has `resources`), and our own `fc.yaml`, whose keys are the
field names of config.py. Must not know: YAML, files, lines; a shell adds file and line to a problem's path.
Read next: shape.py (types and keys), config_check.py (values), serverless_devs.py (s.yaml).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gateway.config import Config
from gateway.config_check import check
from gateway.serverless_devs import translate
from gateway.shape import Path, Problem, build

if TYPE_CHECKING:
    from gateway.config import Domain

__all__ = ["Problem", "load"]


def load(mapping: Any) -> Config | tuple[Problem, ...]:  # noqa: ANN401 - whatever a file holds
    """The config that a mapping describes, or its problems in the order in which they were found."""
    if not isinstance(mapping, Mapping):
        return (Problem((), "a config is a mapping: s.yaml of Serverless Devs, or our own keys"),)
    if "resources" not in mapping:
        return _load(mapping, {}, [])
    reading = translate(mapping)
    return _load(reading.plain, reading.places, reading.problems)


def _load(plain: Mapping[Any, Any], places: dict[Path, Path], found: list[Problem]) -> Config | tuple[Problem, ...]:
    problems: list[Problem] = []
    config = build(Config, plain, (), problems)
    if isinstance(config, Config) and not problems:
        config = replace(config, domains=tuple(_named(domain, config) for domain in config.domains))
        problems += check(config)
    problems = found + [Problem(written_at(one.path, places), one.text) for one in problems]
    return config if isinstance(config, Config) and not problems else tuple(problems)


def written_at(path: Path, places: dict[Path, Path]) -> Path:
    """Where the author wrote what a path of ours names: the longest known beginning decides."""
    for end in range(len(path), 0, -1):
        if path[:end] in places:
            return places[path[:end]] + path[end:]
    return path


def _named(domain: Domain, config: Config) -> Domain:
    """`domainName: auto` is a name that the component makes (contract YAML-5)."""
    if domain.name != "auto" or not domain.routes:
        return domain
    name = f"{domain.routes[0].function}.fcv3.{config.account_id}.{config.region}.fc.devsapp.net"
    return replace(domain, name=name.lower())
