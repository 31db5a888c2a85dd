"""The command line: every function that a person needs without the web."""

from api.cli.app import main

__all__ = ["main"]
