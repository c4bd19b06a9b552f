"""Interchange: what other programs read. JUnit XML, JSON reports, annotations, HAR, curl, the bundle.

This package imports gateway and store; never playback, audit, addons. flows.py and flows_read.py alone know
mitmproxy's format.
Read next: the file of the format.
"""
