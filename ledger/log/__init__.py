"""The log's byte formats and proofs; standard library and `cryptography` only, so that an auditor can copy this folder."""
