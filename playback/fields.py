"""Compare two header sections (or trailers): by name without regard to case, repeats in their order.

Names match exactly: `date` never silences `X-Candidate-Id`. A forgiven value must still be there on both
sides. Must not know: bodies, noise rules. Read next: compare.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from playback.allowance import USUAL, Allowance
from playback.findings import Finding, Kind, keep
from playback.trees import compare_values
from playback.values import Plain, member_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.messages import Headers

FRAMING = frozenset({b"content-length", b"transfer-encoding"})
"""Fields that say how a body is cut into bytes: the bodies are compared, so these say nothing more."""


def compare_fields(
    section: str,
    recorded: Headers,
    now: Headers,
    allowance: Allowance = USUAL,
    skip: frozenset[bytes] = frozenset(),
) -> Iterator[Finding]:
    """Every difference between two header sections. `section` begins the paths: `headers` or `trailers`."""
    old, new = _by_name(recorded, skip), _by_name(now, skip)
    for name, values in old.items():
        path = member_path(section, name)
        if name not in new:
            yield Finding(Kind.REMOVED, path, _shown(name, values, allowance.volatile))
        elif values != new[name]:
            yield from _compare_lines(path, name, (values, new[name]), allowance)
    for name, values in new.items():
        if name not in old:
            yield Finding(Kind.ADDED, member_path(section, name), None, _shown(name, values, allowance.volatile))
    if list(old) != list(new) and old.keys() == new.keys():
        yield Finding(Kind.ORDER, section, note="the same names in another order")


def _shown(name: str, values: list[str], volatile: frozenset[bytes]) -> str:
    """The values of a field that one side lacks; a minted one is not told, or no two reports would be equal."""
    return "(minted anew for each answer)" if name.encode("latin-1") in volatile else keep(", ".join(values))


def _by_name(headers: Headers, skip: frozenset[bytes]) -> dict[str, list[str]]:
    """Values by lower-case name, names in order of their first line."""
    groups: dict[str, list[str]] = {}
    for name, value in headers:
        if name.lower() not in skip:
            groups.setdefault(name.lower().decode("latin-1"), []).append(value.decode("utf-8", "backslashreplace"))
    return groups


def _compare_lines(path: str, name: str, lines: tuple[list[str], list[str]], allowance: Allowance) -> Iterator[Finding]:
    recorded, now = lines
    noise = allowance.noise
    if name.encode("latin-1") in allowance.volatile and len(recorded) == len(now):
        yield Finding(Kind.VOLATILE, path, note="minted anew for each answer")
    elif name == "set-cookie":
        yield from compare_values(path, _cookies(recorded), _cookies(now), noise)
    elif len(recorded) == len(now) == 1:
        yield from compare_values(path, recorded[0], now[0], noise)
    else:
        yield from compare_values(path, list[Plain](recorded), list[Plain](now), noise)


def _cookies(lines: list[str]) -> dict[str, Plain]:
    """Cookie name to the rest of its line: two cookies in another order are the same two cookies."""
    groups: dict[str, list[str]] = {}
    for line in lines:
        name, _, rest = line.partition("=")
        groups.setdefault(name.strip(), []).append(rest)
    return {name: values[0] if len(values) == 1 else list[Plain](values) for name, values in groups.items()}
