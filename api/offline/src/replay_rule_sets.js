// The rule sets that the replay implements, by the hash of their source (LEDGER_FORMAT
// clause 14); written by `python -m api.offline.build`.

const RULE_SETS = ['f39df69f3029d5ab3f0f52ffeb1e702f1ac8680fb438136d422b9a58e3f69e2c'];
