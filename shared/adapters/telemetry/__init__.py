"""Telemetry through OpenTelemetry to Application Insights, by azure-monitor-opentelemetry."""
