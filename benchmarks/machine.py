"""Where figures were made: processor, cores, load, versions. Figures without these mean nothing."""

from __future__ import annotations

import os
import platform
import sqlite3
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("mitmproxy", "httptools", "sqlalchemy", "zstandard")


def processor() -> str:
    """The processor's name, "unknown" where the system does not tell."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def describe() -> list[tuple[str, str]]:
    """What to print above a table, as name and value."""
    load = os.getloadavg()[0]
    return [
        ("processor", f"{processor()}, {os.cpu_count()} cores, load {load:.1f} at the start"),
        ("system", f"{platform.system()} {platform.release()}"),
        ("Python", f"{platform.python_version()}, SQLite {sqlite3.sqlite_version}"),
        ("packages", ", ".join(f"{name} {version(name)}" for name in PACKAGES)),
    ]
