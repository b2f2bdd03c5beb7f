"""Outlook beside it: a page on which a visitor plays the people and rooms of the simulated Microsoft 365.

It asks the simulator's own Graph, with a token like any client's, and shows the app's booking page in a frame next to
it. It is a toy of the embedded stack: the app knows nothing of it, and it knows the app by its API alone.
"""
