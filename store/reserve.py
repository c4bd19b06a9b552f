"""Disk space held back beside a recording, so that a full disk still leaves room to say that it was full.

A WAL that could not grow needs more than its own size before writes come back (reliability.md section 1):
the reserve is twice the WAL's limit. Must not know: what is written. Read next: outage.py, writer.py.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from store.sqlite import WAL_PAGES

if TYPE_CHECKING:
    from pathlib import Path

SIZE = 2 * WAL_PAGES * 4096
"""Bytes held back."""


class Reserve:
    """The reserve file of one recording; `path` None is a database server's, which needs none."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.held = path is None

    def hold(self) -> None:
        """Take the space. Raises OSError when it is not there."""
        if self._path is None or self.held:
            return
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            os.fchmod(descriptor, 0o600)
            os.posix_fallocate(descriptor, 0, SIZE)
        except OSError:
            self._path.unlink()
            raise
        finally:
            os.close(descriptor)
        self.held = True

    def release(self) -> None:
        """Give the space to the database."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)
            self.held = False
