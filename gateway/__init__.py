"""The Function Compute contract, pure: frozen messages in, new messages and their reasons out.

This package imports the standard library alone, and none of its clocks, random sources, sockets or
loggers: what happens is a function of (message, facts, config, rule-set version). That is what lets
`replay.py check` compute a recorded exchange again and expect the same bytes.

Read next: messages.py (what travels), facts.py (what is known beside it), core.py (what happens).
"""
