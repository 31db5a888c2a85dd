"""What the registry does as jobs."""
