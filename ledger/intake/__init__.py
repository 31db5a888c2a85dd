"""What is handed in: the envelope, and all that can be checked of it without the books."""
