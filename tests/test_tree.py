"""Every source file has its test file.

Which is one of: the file of its name in the same place under tests/; a test there that imports it; or, for
a file that only works as part of a larger idea, the test of that idea, named in the table below.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = (
    "addons", "audit", "benchmarks", "examples", "formats", "gateway", "instance", "playback", "store", "verbs",
    "watch", "wire",
)  # fmt: skip

# Migrations are frozen history; the schema's tests walk through all of them.
EXEMPT = ("store/migrations/",)

# Experiments that are run by hand and print what they find; `./run bench` uses none of them.
EXPERIMENTS = ("benchmarks/bodies.py", "benchmarks/breakage.py", "benchmarks/faults.py", "benchmarks/proxied.py")

# Test file -> the sources that it runs through a larger idea (found by coverage, each line of them but a few).
THROUGH = {
    "tests/store/test_recording.py": (
        "store/dialects.py", "store/explained.py", "store/lock.py", "store/recovery.py", "store/run_info.py",
        "store/schema.py", "store/schema_version.py", "store/sqlite.py",
    ),
    "tests/store/test_writer.py": (
        "store/body_rows.py", "store/bounds.py", "store/overview.py", "store/packing.py", "store/rows.py",
        "store/shared_rows.py", "store/writer_thread.py",
    ),
    "tests/addons/test_errand.py": ("addons/accepting.py", "addons/attempt.py", "addons/task_desk.py"),
    "tests/store/test_task_queue.py": ("store/task_rows.py",),
    "tests/store/test_journal_recovery.py": (
        "store/folding.py", "store/item.py", "store/journal_entries.py", "store/pending.py",
    ),
    "tests/store/test_outage.py": ("store/committer.py", "store/mark.py", "store/reserve.py"),
    "tests/store/test_verify.py": ("store/chain.py", "store/losses.py"),
    "tests/playback/test_talk.py": ("playback/talk_findings.py",),
    "tests/store/test_talk.py": (
        "store/message_making.py", "store/message_read.py", "store/message_rows.py", "store/message_sealing.py",
    ),
    "tests/store/test_sealing.py": (
        "store/body_slots.py", "store/fillers.py", "store/prepare.py", "store/readable.py", "store/retold.py",
        "store/sealing_bodies.py",
        "store/sealing_heads.py", "store/sealing_spools.py", "store/secret_names.py", "store/secret_shapes.py",
        "store/secret_spans.py",
    ),
    "tests/formats/test_har_read.py": ("formats/har_bodies.py", "formats/har_entry.py", "formats/incoming.py"),
    "tests/verbs/test_updating.py": ("playback/updated.py",),
    "tests/playback/test_send.py": ("playback/judgement.py", "playback/sendable.py"),
}  # fmt: skip
# A verb is what the command line does with it, so that is where all of them are tested.
VERBS = "tests/verbs/test_every_verb.py"
PLACES = {source: test for test, sources in THROUGH.items() for source in sources}


def sources() -> list[str]:
    """Every module with code of its own, as a path; a package's docstring alone needs no test."""
    found = [path.relative_to(ROOT).as_posix() for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    return [path for path in found if not path.endswith("/__init__.py") and not path.startswith(EXEMPT + EXPERIMENTS)]


@cache
def imported_by_tests_of(room: str) -> frozenset[str]:
    """Dotted names that the tests of a room import."""
    names: set[str] = set()
    for path in (ROOT / "tests" / room).rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module)
                names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return frozenset(names)


def has_its_own(source: str) -> bool:
    path = Path(source)
    if (ROOT / "tests" / path.parent / f"test_{path.name}").exists():
        return True
    return ".".join(path.with_suffix("").parts) in imported_by_tests_of(path.parts[0])


@pytest.mark.parametrize("source", [pytest.param(source, id=source) for source in sources()])
def test_a_source_file_has_its_test_file(source: str) -> None:
    place = VERBS if source.startswith("verbs/") else PLACES.get(source)
    assert has_its_own(source) or (place is not None and (ROOT / place).exists())


def test_the_table_names_only_files_that_are_there() -> None:
    assert [source for source in PLACES if not (ROOT / source).exists()] == []


def test_the_rooms_are_found() -> None:
    assert {source.split("/")[0] for source in sources()} == set(ROOMS)
