"""The recorded time for a program: libfaketime, preloaded, reads it from a file that the replay writes.

The wall clock stands still at the time of the exchange that is being sent; the monotonic clock, by which programs
wait, runs on. It works for programs that ask the C library for the time: most do, those in Go do not.
Must not know: recordings. Read next: stage.py.
"""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path

_PLACES = (
    "/usr/lib/*/faketime/libfaketimeMT.so.1",
    "/usr/lib*/faketime/libfaketimeMT.so.1",
    "/usr/local/lib*/faketime/libfaketimeMT.so.1",
    "/opt/homebrew/lib/faketime/libfaketime*.dylib",
)
WHERE_TO_GET_IT = "apt install faketime, or pip install libfaketime"


def find_library() -> Path | None:
    """The libfaketime of this machine: the system's, or that of the PyPI package."""
    for place in _PLACES:
        found = sorted(Path("/").glob(place.lstrip("/")))
        if found:
            return found[0]
    package = importlib.util.find_spec("libfaketime")
    if package is None or package.origin is None:
        return None
    built = sorted(Path(package.origin).parent.glob("vendor/libfaketime/src/libfaketime*.[sd][oy]*"))
    return built[0] if built else None


@dataclass(frozen=True, slots=True)
class Frozen:
    """A clock that stands where it is set. `path`: the file that the program's libfaketime reads."""

    library: Path
    path: Path

    def variables(self) -> tuple[tuple[str, str], ...]:
        """What the program needs in its environment."""
        preload = "DYLD_INSERT_LIBRARIES" if sys.platform == "darwin" else "LD_PRELOAD"
        return (
            (preload, str(self.library)),
            ("FAKETIME_TIMESTAMP_FILE", str(self.path)),
            ("FAKETIME_FMT", "%s"),
            ("FAKETIME_NO_CACHE", "1"),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
            ("DONT_FAKE_MONOTONIC", "1"),
        )

    def set(self, us: int) -> None:
        """The time is now this: microseconds since the epoch."""
        draft = self.path.with_suffix(".part")
        draft.write_text(f"{us // 1_000_000}.{us % 1_000_000:06d}\n", encoding="ascii")
        draft.replace(self.path)
