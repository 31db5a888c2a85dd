"""What leaves the ledger: tiles written once, a signer of its own, a quorum, the checkpoint."""
