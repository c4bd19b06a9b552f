"""What a user can get wrong when asking for a replay. One base, so that a command line can catch them all.

Read next: target.py, selection.py, schedule.py, noise_file.py.
"""

from __future__ import annotations


class BadOption(Exception):
    """A value that means nothing here; the message is one line and names what would."""
