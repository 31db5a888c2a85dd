"""Group commit: what waits, whose turn it is, and one batch decided and committed at a time."""
