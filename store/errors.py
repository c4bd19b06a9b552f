"""What can be wrong with a recording, told so that a user knows what to do next.

Must not know: who shows the message. Read next: recording.py, which raises most of these.
"""

from __future__ import annotations


class RecordingError(Exception):
    """Something is wrong with a recording: what, where it lies, and the next step.

    `exit_code` is what a command line returns for it (design: 3 = unreadable, newer or damaged).
    """

    exit_code = 3

    def __init__(self, what: str, where: str = "", hint: str = "") -> None:
        self.what, self.where, self.hint = what, where, hint
        place = f"{where}: " if where else ""
        step = f" {hint}" if hint else ""
        super().__init__(f"{place}{what}.{step}")


class NotOurs(RecordingError):
    """The file is something else; it is left as it is."""


class NewerVersion(RecordingError):
    """A newer release wrote this recording."""


class OlderVersion(RecordingError):
    """An older release wrote this recording, and a reader must not change it."""


class Damaged(RecordingError):
    """The recording's bytes are not what was written."""


class Unwritable(RecordingError):
    """The place does not let us write."""


class Locked(RecordingError):
    """Another process records here."""


class Missing(RecordingError):
    """There is nothing at that place."""


class StoreUnavailable(Exception):
    """The recorder could not write just now; it goes on trying by itself.

    `reason`: plain words, such as "disk full".
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the recorder cannot write: {reason}")
