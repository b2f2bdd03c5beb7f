"""The app's HTTP surface over doubles, called as the host calls it, every answer held against the description."""
