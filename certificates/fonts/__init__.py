"""The typefaces of the papers: which files there are, and which characters they can print."""
