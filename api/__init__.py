"""Interfaces: HTTP, pages, command line, demo; joins rendering and recording."""
