#!/usr/bin/env python3
"""The command line over a recording: one verb for each thing to do with it.

    python replay.py VERB RECORDING ...

Exit codes: 0 same, 1 differences above the gate, 2 usage, 3 recording unreadable, newer or damaged,
4 target unreachable or died, 5 nothing selected. Read next: verbs/shell.py, then the verb's module.
"""

from __future__ import annotations

from verbs.shell import PROGRAM, Verbs, run

MODULES = {
    "list": ("verbs.listing", "One line per exchange."),
    "show": ("verbs.showing", "One exchange: both views, and every change with its reason."),
    "check": ("verbs.checking", "Compute every exchange again with today's rules, offline."),
    "send": ("verbs.sending", "Send the stored server requests to a server and compare its answers."),
    "serve": ("verbs.serving", "Answer clients from the recording, without any server."),
    "noise": ("verbs.noise", "Learn which differences say nothing."),
    "export": ("verbs.exporting", "Write a bundle for another desk, without secrets."),
    "import": ("verbs.importing", "Make a recording of a bundle, a HAR or mitmproxy flows."),
    "audit": ("verbs.auditing", "Write the recording as one self-contained page."),
    "verify": ("verbs.verifying", "Is everything still what was written?"),
    "salvage": ("verbs.salvaging", "Rescue what is sound of a damaged recording."),
    "prune": ("verbs.pruning", "Remove the oldest exchanges."),
}

replay = Verbs(PROGRAM, MODULES, "Read, check and replay an fc-replay recording.")

if __name__ == "__main__":
    run(replay)
