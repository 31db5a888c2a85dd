"""The log's byte formats and proofs.

Standard library and `cryptography` only, and imports relative to the folder, so that an auditor
can copy this folder alone and run it: `python -m log.verify LEDGER.jsonl`.
"""
