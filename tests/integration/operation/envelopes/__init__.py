"""What the real exporter posts to Application Insights: received on loopback, read as Azure would store it."""
