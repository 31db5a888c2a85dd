"""Long work: what a job is, who runs it, and what is told of it."""
