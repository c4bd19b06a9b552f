"""The function instance: the user's program, started and watched as the platform would.

Knows how to start a program with FC's environment, when it is ready, what it prints and how to stop it.
Must not know: mitmproxy, recordings, rules. Everything runs on the caller's event loop and blocks nowhere.

Read next: spec.py (what is asked for, and how it can fail), start.py (one life of a program),
keeper.py (a new life after a crash), log.py (what it printed, and during which call), follow.py (the log
of a program that somebody else started).
"""
