"""Parcels: polygons in integer micro-degrees, their areas, counties and overlaps."""
