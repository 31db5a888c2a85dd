"""The HTTP service of a witness or mirror (c2sp.org/tlog-witness, c2sp.org/tlog-mirror)."""
