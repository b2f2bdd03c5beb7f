"""Figures: how fast and how sparing Lockstep is, each beside what it is compared to, in one run."""
