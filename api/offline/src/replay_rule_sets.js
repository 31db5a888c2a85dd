// The rule sets that the replay implements, by the hash of their source (LEDGER_FORMAT
// clause 14); written by `python -m api.offline.build`.

const RULE_SETS = ['4a6c831ef4e0112b906c22b8f74a32d49c4ba71eb169474ab96085ea3542e568'];
