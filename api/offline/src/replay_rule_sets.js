// The rule sets that the replay implements, by the hash of their source (LEDGER_FORMAT
// clause 14); written by `python -m api.offline.build`.

const RULE_SETS = ['96caf98ce4b2d661c8f5079c18fe1b79ca486727f2b6b298ecd5fb430b08dae1'];
