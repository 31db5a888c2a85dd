"""The ledger: log, proofs, storage, projections, door checks, audit."""
