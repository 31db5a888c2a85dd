// The rule sets that the replay implements, by the hash of their source (LEDGER_FORMAT
// clause 14); written by `python -m api.offline.build`.

const RULE_SETS = ['f1626351bdc307de33c7dad962b758851680aec176eac04e062d61b93630c7ee'];
