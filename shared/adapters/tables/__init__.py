"""Ledgers, resources and secrets in Azure Table Storage."""
