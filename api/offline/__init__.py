"""Pages that work from a file, without network: the second verifier and the signing desk."""
