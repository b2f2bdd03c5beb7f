"""A Microsoft Graph v1.0 simulator for the unmodified msgraph-sdk.

Its rule: it behaves as the collected facts about Exchange Online say, also where that is inconvenient, and is
never softened so that a client passes. Everything below `/v1.0/` is Graph; everything below `/sim/` is the
simulator's own.
"""
