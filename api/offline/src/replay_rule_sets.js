// The rule sets that the replay implements, by the hash of their source (LEDGER_FORMAT
// clause 14); written by `python -m api.offline.build`.

const RULE_SETS = ['46026e79940070f31d300a95c0d2675fb957f500029f03b0a8ac10268db7c1d3'];
