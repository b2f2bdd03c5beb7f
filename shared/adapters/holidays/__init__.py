"""Public holidays of the world's regions, behind one function."""
