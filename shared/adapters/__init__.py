"""One package per foreign system; foreign names stop here and wire mapping is pure."""
