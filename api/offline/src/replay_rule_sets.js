// The rule sets that the replay implements, by the hash of their source (LEDGER_FORMAT
// clause 14); written by `python -m api.offline.build`.

const RULE_SETS = ['337f6a75fdb13b7c05d329c1dd6ab86341a1f1ae37772cdcd4fa288c124adaa2'];
