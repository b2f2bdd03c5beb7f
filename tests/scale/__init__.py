"""Figures for many rooms: the cost of each stage is measured on the stack, days of thousands are computed from it."""
