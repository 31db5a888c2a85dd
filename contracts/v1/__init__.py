"""Rule set v1: one file per order kind, methodologies and footprints."""
