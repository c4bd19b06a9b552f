"""The mitmproxy shells: options, the `fc` mode, hooks. They carry messages and decide nothing about FC.

Read first: fc.py (the addon), then mode.py -> door.py -> connection.py (a call's way through).
"""
