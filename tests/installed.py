"""Other people's programs for tests, installed from a lock file, once, into pytest's cache.

They have environments of their own, so that nothing of ours can import them. Read next: sdk/sdks.py, servers/homes.py.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

INSTALL_S = 300.0

type Home = tuple[Path | None, str]
"""Where they are, or None and why they are not."""


def install_node(source: Path, cache: Path) -> Home:
    """What package-lock.json in `source` names, by npm."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        return None, "node and npm are not on this machine"
    line = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    return _install(source, cache, ("package-lock.json", "package.json"), [line])


def install_python(source: Path, cache: Path) -> Home:
    """What requirements.lock in `source` names, in an environment of its own."""
    pip = ["bin/python", "-m", "pip", "install", "-q", "-q", "--disable-pip-version-check", "--no-deps"]
    lines = [[sys.executable, "-m", "venv", "."], [*pip, "--require-hashes", "-r", "requirements.lock"]]
    return _install(source, cache, ("requirements.lock",), lines, sys.version)


def _install(source: Path, cache: Path, files: tuple[str, ...], lines: list[list[str]], also: str = "") -> Home:
    """Run the lines in a folder with those files, once for each state of the lock, which is the first of them."""
    wanted = hashlib.sha256((source / files[0]).read_bytes() + also.encode()).hexdigest()[:16]
    folder = cache / wanted
    if folder.exists():
        return folder, ""
    with tempfile.TemporaryDirectory(dir=cache) as made:
        for name in files:
            shutil.copy(source / name, made)
        for line in lines:
            done = subprocess.run(line, cwd=made, capture_output=True, text=True, timeout=INSTALL_S, check=False)
            if done.returncode:
                return None, f"{source.name}: nothing could be installed: {done.stderr.strip()[-300:]}"
        # Another session may have been faster; what it installed is the same.
        shutil.copytree(made, folder, symlinks=True, dirs_exist_ok=True)
    return folder, ""
