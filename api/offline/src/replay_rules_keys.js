// What account.keys does to keys and mandates: recovery with its delay, objection, revocation.

/** A lost key is replaced after a public delay; a key that was revoked stays revoked. */
function recoveryRows(books, lost, body, moment) {
  const { lostKey, newKey, person } = body;
  refuseIf(lost.person !== person, 'PERSON_UNKNOWN', { person });
  const endsUs = lost.valid_until_us;
  refuseIf(endsUs !== null && endsUs > moment.atUs, 'RECOVERY_NOT_OPEN', { key: lostKey });
  checkNewKeys(books, [newKey]);
  const dueUs = moment.atUs + RECOVERY_DELAY_US;
  const pending = keyRow(newKey, dueUs, { person });
  const ending = { ...lost, valid_until_us: endsUs ?? dueUs };
  return [
    { key: pending.key, value: { ...pending.value, recovers: lostKey } },
    { key: `key/${lostKey}`, value: ending },
  ];
}

function revokedRow(row, key, moment) {
  const endsUs = row.valid_until_us;
  const earlier = endsUs !== null && endsUs <= moment.atUs;
  return { key: `key/${key}`, value: { ...row, valid_until_us: earlier ? endsUs : moment.atUs } };
}

/** An objection makes a recovering key void before it was ever valid, and lets the old one live. */
function objectionRows(books, row, key, moment) {
  const startUs = row.valid_from_us;
  const lostKey = Object.hasOwn(row, 'recovers') ? row.recovers : null;
  const lost = lostKey === null ? null : books.row(`key/${lostKey}`);
  const open = lost !== null && startUs > moment.atUs && row.valid_until_us === null;
  refuseIf(!open, 'RECOVERY_NOT_OPEN', { key });
  const rows = [{ key: `key/${key}`, value: { ...row, valid_until_us: startUs } }];
  if (lost.valid_until_us === startUs) {
    rows.push({ key: `key/${lostKey}`, value: { ...lost, valid_until_us: null } });
  }
  return rows;
}

/** Give an agent a mandate, or end it. */
function mandateRow(books, account, body) {
  const mandates = { ...account.mandates };
  if (body.action === 'mandate') {
    const { agent, kinds, mandate_sha256, until } = body.mandate;
    findAccount(books, agent, 'agent');
    mandates[agent] = { kinds: [...kinds].sort(), mandate_sha256, until };
  } else {
    refuseIf(!Object.hasOwn(mandates, body.agent), 'MANDATE_UNKNOWN', { agent: body.agent });
    delete mandates[body.agent];
  }
  return { key: `acct/${body.account}`, value: { ...account, mandates } };
}
