"""Starts, watches and stops the embedded stack: four processes on loopback that stand for Azure and Graph.

Knows the processes by their command lines only and imports none of them, so that each runs as it would alone.
"""
