"""Values and decisions. Standard library only; no I/O, no clock, no logger, no randomness."""
