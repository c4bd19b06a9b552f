"""What an imported recording says of itself in its run's details: names that writer and readers share.

Read next: vault.py, verbs/bundles.py.
"""

from __future__ import annotations

SEALED_ELSEWHERE = "sealed_elsewhere"
"""True: its pseudonyms belong to another recording's key."""

NOISE = "noise"
"""The noise rules that came along, as text."""
