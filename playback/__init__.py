"""Replay: what a recording is worth. Check it against today's rules, send it to a live server, judge the result.

This package imports gateway, wire, store and instance; never audit, formats, addons or mitmproxy.
Read next: findings.py (one difference and what it weighs), compare.py (two answers), check.py and send.py.
"""
