"""Certificates: entry and proof become content, a PDF, a seal; and back again, verified."""
