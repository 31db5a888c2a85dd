"""Telling subscribers what the log says, from the log itself."""
