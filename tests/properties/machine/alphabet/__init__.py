"""The alphabet of the state machine, one module for each part of it: what a step may be."""
