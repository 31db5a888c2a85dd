"""Drafting: turning what a person has (forms, plot data, polygons) into orders to be signed."""
