"""Dating checkpoints by time-stamping authorities."""
