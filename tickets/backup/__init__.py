"""Backups: database and files in one checksummed archive, taken while people work, and put back whole or not at all."""
