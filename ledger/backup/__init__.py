"""Backups: one folder that a stranger's `sha256sum` can check, and from which a registry rises."""
