// Which rule decides which order kind, and the checks that come before any rule (docs/RULES.md).

const ORDER_LIFE_US = 30 * DAY_US;

const RULES = Object.fromEntries(
  [
    RULE_REGISTRY_OPEN, RULE_RULES_ACTIVATE, RULE_PARAMETERS_PUBLISH, RULE_PARAMETERS_CONFIRM,
    RULE_ACCOUNT_OPEN, RULE_ACCOUNT_KEYS, RULE_PARCEL_REGISTER, RULE_GEOMETRY_PUBLISH,
    RULE_EXTERNAL_LOCK, RULE_PROJECT_REGISTER, RULE_PROJECT_VALIDATE, RULE_REPORT_SUBMIT,
    RULE_REPORT_VERIFY, RULE_BATCH_ISSUE, RULE_UNITS_TRANSFER, RULE_UNITS_RETIRE,
    RULE_UNITS_CANCEL, RULE_HOLDING_STATE, RULE_CLAIM_OPEN, RULE_CLAIM_MEASURE, RULE_CLAIM_COMPLETE,
    RULE_CERTIFICATE_RECORD, RULE_CERTIFICATE_SUSPEND, RULE_CERTIFICATE_REINSTATE,
    RULE_CERTIFICATE_REVOKE, RULE_CERTIFICATE_CORRECT, RULE_CERTIFICATE_EXPIRE, RULE_LOSS_DECLARE,
    RULE_LOSS_REPLACE, RULE_LOSS_IMPAIR, RULE_STATE_COMMIT, RULE_ANCHOR_RECORD, RULE_LOG_KEYS, RULE_LOG_FREEZE,
  ].map((rule) => [rule.kind, rule]),
);

/**
 * Return what the rules yield for an order on the books before it: {movements, rows}, rows sorted
 * by key. `sigs` are known to hold; whether the right people signed is decided here.
 */
function decideOrder(books, order, sigs, moment) {
  checkOrderForm(order);
  refuseIf(!Object.hasOwn(RULES, order.kind), 'KIND_UNKNOWN', { kind: order.kind });
  const rule = RULES[order.kind];
  const body = rule.read(new BodyForm(order.body));
  if (rule !== RULE_REGISTRY_OPEN) checkLogAndRules(books, order);
  const { valid_until_us: untilUs } = order;
  refuseIf(untilUs < moment.atUs, 'ORDER_EXPIRED', { valid_until_us: untilUs });
  refuseIf(untilUs > moment.atUs + ORDER_LIFE_US, 'VALID_TOO_LONG', { valid_until_us: untilUs });
  const needs = rule.needs(books, order, body);
  checkSigners(books, order, identifySigners(books, sigs, moment, needs), needs);
  checkFrozen(books, order);
  const outcome = rule.decide(books, order, body, moment);
  outcome.rows.sort((one, other) => (one.key < other.key ? -1 : 1));
  return outcome;
}

function checkOrderForm(order) {
  const formats = {
    actor: FORMAT.actor,
    kind: FORMAT.kind,
    log: FORMAT.origin,
    nonce: FORMAT.nonce,
    rules: FORMAT.sha256,
  };
  for (const [name, format] of Object.entries(formats)) {
    refuseIf(!format.test(order[name]), 'FIELD_FORMAT', { field: `order.${name}` });
  }
}

function checkLogAndRules(books, order) {
  const { origin } = findRow(books, 'registry', 'REGISTRY_NOT_OPEN');
  refuseIf(order.log !== origin, 'WRONG_LOG', { log: order.log });
  const active = books.row('rules/active');
  refuseIf(active.hash !== order.rules, 'RULES_NOT_ACTIVE', { active: active.hash });
}
