"""Who calls: signatures and tokens, checked from the head of a request alone. Contract section 10.

Off unless a shell brings credentials: SDKs may use any key against a local gateway (contract API-SDK-1).
Must not know: rules, or where credentials are kept. Read next: check.py.
"""
