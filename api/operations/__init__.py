"""What operators see of a running service, and how it stops: health, figures, logs, signals."""
