"""The tree over rows and blocks: followed off the lock, committed, proven from."""
