"""The rules: pure functions that decide orders, as frozen rule sets."""
