"""The demonstration: a small company's working day on a running stack, seen from outside.

It does what people do (through Graph and the platform's API), watches the other side, and prints what it saw. It
never prints what it expects: a line about the other side stands there because a request showed it.
"""
