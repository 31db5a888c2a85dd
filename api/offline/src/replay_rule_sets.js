// The rule sets that the replay implements, by the hash of their source (LEDGER_FORMAT
// clause 14); written by `python -m api.offline.build`.

const RULE_SETS = ['dcbeb0fbdaed3e8ccedb2ab3e98cfdf0603e25cc395f05f62b46d1e98912265e'];
