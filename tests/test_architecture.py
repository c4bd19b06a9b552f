"""The import arrows of docs/architecture.md hold: no room imports what it may not know."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# docs/architecture.md's table, as data: room -> what of ours (and of mitmproxy) it may import besides itself.
ARROWS: dict[str, frozenset[str]] = {
    "gateway": frozenset(),
    "wire": frozenset({"gateway.messages"}),
    "instance": frozenset({"gateway", "wire"}),
    "store": frozenset({"gateway"}),
    "playback": frozenset({"gateway", "wire", "store", "instance"}),
    "audit": frozenset({"gateway", "store"}),
    "formats": frozenset({"gateway", "store"}),
    "addons": frozenset({"gateway", "wire", "instance", "store", "mitmproxy"}),
    "watch": frozenset({"gateway", "audit", "store"}),
    "verbs": frozenset({"watch", "playback", "audit", "formats", "store", "gateway"}),
    "replay": frozenset({"verbs"}),
}
WATCHED = frozenset(ARROWS) | {"mitmproxy"}

# The files outside addons/ that know mitmproxy's file format (design: "formats/flows.py alone"; writing and reading).
EXTRA: dict[str, frozenset[str]] = {
    "formats/flows.py": frozenset({"mitmproxy"}),
    "formats/flows_read.py": frozenset({"mitmproxy"}),
}

# Time, randomness, the environment, sockets and loggers enter the gateway as facts, or a replay could not repeat it.
IMPURE = frozenset(
    {"time", "random", "secrets", "uuid", "os", "socket", "logging", "asyncio", "threading", "subprocess"}
)
IMPURE_CALLS = frozenset({"now", "utcnow", "today", "open", "print", "input"})


def modules_of(room: str) -> list[Path]:
    single = ROOT / f"{room}.py"
    return [single] if single.exists() else sorted((ROOT / room).rglob("*.py"))


def imports_of(tree: ast.AST) -> set[str]:
    """Dotted names of everything a module imports, also inside functions and TYPE_CHECKING blocks."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written in full, so that the arrows can be read"
            assert node.module is not None
            # `from wire import pool` names the module wire.pool; `from wire.pool import Pool` names wire.pool.Pool.
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def is_within(name: str, allowed: frozenset[str]) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in allowed)


def forbidden(path: Path, room: str) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    allowed = ARROWS[room] | {room} | EXTRA.get(path.relative_to(ROOT).as_posix(), frozenset())
    watched = {name for name in imports_of(tree) if name.split(".")[0] in WATCHED}
    return sorted(name for name in watched if not is_within(name, allowed))


CASES = [pytest.param(path, room, id=path.relative_to(ROOT).as_posix()) for room in ARROWS for path in modules_of(room)]


@pytest.mark.parametrize(("path", "room"), CASES)
def test_a_module_imports_only_what_its_room_may_know(path: Path, room: str) -> None:
    assert forbidden(path, room) == []


@pytest.mark.parametrize("path", [pytest.param(path, id=path.name) for path in modules_of("gateway")])
def test_the_gateway_is_pure_and_needs_only_the_standard_library(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    roots = {name.split(".")[0] for name in imports_of(tree)}
    assert roots - set(sys.stdlib_module_names) - {"gateway"} == set()
    assert roots & IMPURE == set()
    called = {
        node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name)
    }
    assert called & IMPURE_CALLS == set()


def test_nothing_is_named_fc_except_the_script_that_mitmdump_loads() -> None:
    """mitmdump puts addons/ first on the import path, so `import fc` would find the script itself."""
    named = [
        path for path in [*ROOT.glob("fc*"), *ROOT.glob("*/fc*")] if path.stem == "fc" and path.suffix in {"", ".py"}
    ]
    assert [
        path.relative_to(ROOT).as_posix() for path in named if path.relative_to(ROOT).as_posix() != "addons/fc.py"
    ] == []


def test_the_table_in_the_architecture_page_names_the_same_rooms() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1].strip().strip("`") for line in page.splitlines() if line.startswith("| `")]
    assert {row.removesuffix("/").removesuffix(".py") for row in rows} == set(ARROWS) | {"templates"}


def test_every_package_of_python_code_at_the_top_is_a_known_room() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages <= set(ARROWS) | {"benchmarks", "examples", "tests"}


def test_the_rooms_have_modules() -> None:
    """The cases above are found by looking; an empty look would pass in silence."""
    assert len(CASES) > 20
