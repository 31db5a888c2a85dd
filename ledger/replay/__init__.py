"""The log played again: books, projections and whole registries that follow from its entries."""
