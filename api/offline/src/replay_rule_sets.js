// The rule sets that the replay implements, by the hash of their source (LEDGER_FORMAT
// clause 14); written by `python -m api.offline.build`.

const RULE_SETS = ['f4245b4ce0ed99d7043fda8cc471f55a362da3b58f14c2de5d8cebd2d4d25ffc'];
