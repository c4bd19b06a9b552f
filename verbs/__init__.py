"""The verbs of replay.py, one module each: what to read from the shell, what to call, what to print.

No decision about exchanges is made here; those are in playback, audit and formats. Only the asked-for verb's
module is imported, so `replay.py --help` is quick. Read next: shell.py (errors and exit codes), listing.py.
"""
