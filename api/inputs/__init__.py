"""Reading what people hand in: measured plots, activity lists, factor tables."""
