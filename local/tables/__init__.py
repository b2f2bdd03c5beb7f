"""The embedded stack's Table Storage: Azurite, pinned in package-lock.json, on the Node that pip installed.

No Node of the system is ever used, so that what runs is what was pinned.
"""
