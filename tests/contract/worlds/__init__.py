"""Worlds for the calendar contracts: one with the double, one with the adapter in front of the Graph simulator."""
