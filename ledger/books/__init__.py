"""The books that rules ask: as the database holds them, and as a batch changes them."""
