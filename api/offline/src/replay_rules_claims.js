// The rules about 零碳 claims: claim.open and claim.measure.

const CLAIM_KINDS = [
  'BUSINESS', 'EVENT', 'FACTORY', 'INSTITUTION', 'MEETING', 'PARK', 'PERSON', 'PRODUCT', 'TERRITORY',
];
const SOURCE_GROUPS = ['energy', 'fuel', 'hospitality', 'supplies', 'transport', 'waste'];
const CLAIM_GRAMS_MAX = 10 ** 14;
const CLAIM_BYTES_MAX = 15 * 1024;

// Code points that a title loses before it is compared (LEDGER_FORMAT clause 11).
const TITLE_MARKS = [
  [0x00, 0x2f], [0x3a, 0x40], [0x5b, 0x60], [0x7b, 0xbf], [0x2000, 0x206f], [0x2e00, 0x2e7f],
  [0x3000, 0x3004], [0x3008, 0x3020], [0x3030, 0x303f], [0xfe10, 0xfe6f], [0xff5f, 0xff65],
];

function plainTitle(title) {
  let plain = '';
  for (const character of title) {
    let code = character.codePointAt(0);
    if (code >= 0xff01 && code <= 0xff5e) code -= 0xfee0;
    if (TITLE_MARKS.some(([low, high]) => low <= code && code <= high)) continue;
    const letter = String.fromCodePoint(code);
    plain += code < 0x80 ? letter.toLowerCase() : letter;
  }
  return plain;
}

/** One subject on its dates has one claim: a row key for each language of its title. */
function subjectKeys(name, { start, end }) {
  const keys = Object.values(name).map((title) => {
    return `subject/${sha256Hex(utf8(`${plainTitle(title)}\n${start}\n${end}`))}`;
  });
  return [...new Set(keys)].sort();
}

const RULE_CLAIM_OPEN = {
  kind: 'claim.open',

  read(form) {
    const place = form.form('place');
    const described = {
      account: form.text('account', FORMAT.id),
      attendance: form.integer('attendance', 1, 10_000_000),
      boundary: form.words('boundary', 600),
      claimant: form.organisation('claimant'),
      dates: form.period('dates'),
      kind: form.choice('kind', CLAIM_KINDS),
      name: form.words('name'),
      path: form.choice('path', ['new_forest', 'units']),
      place: { county: place.text('county', FORMAT.county), venue: place.words('venue') },
      standard: form.words('standard', 300),
    };
    place.done();
    const agency = readAgency(form);
    form.done();
    return { described, agency };
  },

  needs: (books, order, body) => agencyNeeds(books, order, body.described.account, body.agency),

  decide(books, order, { described, agency }, moment) {
    const agent = agentOf(books, order, agency, moment);
    const account = findAccount(books, described.account, 'holder');
    const subjects = subjectKeys(described.name, described.dates);
    const taken = subjects.some((key) => books.row(key) !== null);
    refuseIf(taken, 'CLAIM_SUBJECT_TAKEN');
    checkClaimKind(described);
    const deadline = yearsAfter(described.dates.end, 1);
    const deadlineAtUs = endOfDayUs(deadline);
    refuseIf(moment.atUs >= deadlineAtUs, 'DEADLINE_PASSED', { deadline });
    const value = {
      ...described,
      agent,
      completion: null,
      deadline,
      deadline_at_us: deadlineAtUs,
      ets_covered: account.ets_covered,
      measurement: null,
      opened_at_us: moment.atUs,
      opened_seq: moment.seq,
      org: account.org,
      retired_kg: 0,
      retirements: [],
    };
    const claim = idOf(moment.seq);
    const rows = subjects.map((key) => ({ key, value: { claim } }));
    return { movements: [], rows: [{ key: `claim/${claim}`, value }, ...rows] };
  },
};

function checkClaimKind({ kind, path }) {
  refuseIf(kind === 'TERRITORY', 'CLAIM_TERRITORY');
  refuseIf(kind === 'FACTORY' || kind === 'PARK', 'CLAIM_NATIONAL_PROGRAMME', { kind });
  refuseIf(kind !== 'EVENT' && kind !== 'MEETING', 'CLAIM_KIND_LATER', { kind });
  refuseIf(path !== 'units', 'CLAIM_PATH_LATER', { path });
}

const RULE_CLAIM_MEASURE = {
  kind: 'claim.measure',

  read(form) {
    const engine = form.form('engine');
    const groups = form.form('groups_g');
    const named = { claim: form.text('claim', FORMAT.id), account: form.text('account', FORMAT.id) };
    const measurement = {
      computed_by: form.has('computed_by') ? form.organisation('computed_by') : 'self',
      engine: {
        id: engine.text('id', FORMAT.methodology),
        version: engine.text('version', FORMAT.version),
      },
      excluded: form.forms('excluded', 0, 12).map(readExcluded),
      factors: form.texts('factors', FORMAT.parameter, 1, 80),
      groups: SOURCE_GROUPS.map((group) => {
        return { emissions_g: groups.integer(group, 0, CLAIM_GRAMS_MAX), group };
      }),
      input_sha256: form.text('input_sha256', FORMAT.sha256),
      proxies: form.texts('proxies', FORMAT.parameter, 0, 80),
      reductions: form.forms('reductions', 0, 12).map(readReduction),
      residual_g: form.integer('residual_g', 1),
      total_g: form.integer('total_g', 1),
    };
    const agency = readAgency(form);
    for (const part of [engine, groups, form]) part.done();
    return { ...named, measurement, agency };
  },

  needs: (books, order, body) => agencyNeeds(books, order, body.account, body.agency),

  decide(books, order, { claim: claimId, account, measurement, agency }, moment) {
    const agent = agentOf(books, order, agency, moment);
    findAccount(books, account, 'holder');
    const claim = findOwnClaim(books, claimId, account);
    const open = claim.completion === null && claim.retirements.length === 0;
    refuseIf(!open, 'CLAIM_STATE_WRONG', { claim: claimId });
    const parameters = findParameters(books, measurement.factors);
    const summedG = measurement.groups.reduce((sum, group) => sum + group.emissions_g, 0);
    const { total_g, residual_g } = measurement;
    refuseIf(summedG !== total_g || residual_g !== total_g, 'NUMBERS_DO_NOT_ADD_UP', { total_g });
    const { id, version } = measurement.engine;
    refuseIf(id !== 'SL-EVENT' || version !== '1', 'METHODOLOGY_UNKNOWN', { id, version });
    const early = beijingDate(moment.atUs) <= claim.dates.end;
    refuseIf(early, 'EVENT_NOT_OVER', { dates: claim.dates });
    refuseIf(moment.atUs >= claim.deadline_at_us, 'DEADLINE_PASSED', { deadline: claim.deadline });
    checkInventory(measurement);
    checkUsable(parameters, 'ORG_EVENT', claim.dates.end);
    const proxies = parameters.filter(({ row }) => row.needs_confirmation).map(({ key }) => key);
    const stated = sameJson([...measurement.proxies].sort(), proxies.sort());
    refuseIf(!stated, 'PROXIES_MISSTATED', { expected: proxies });
    const value = { ...claim, measurement: { ...measurement, agent, seq: moment.seq } };
    const size = canonicalBytes(value).length;
    refuseIf(size > CLAIM_BYTES_MAX, 'TOO_LARGE', { claim_bytes: size });
    return { movements: [], rows: [{ key: `claim/${claimId}`, value }] };
  },
};

function readExcluded(form) {
  const excluded = {
    category: form.words('category', 100),
    estimate_g: form.integer('estimate_g', 0, CLAIM_GRAMS_MAX),
    reason: form.words('reason', 200),
  };
  form.done();
  return excluded;
}

function readReduction(form) {
  const reduction = {
    description: form.words('description', 200),
    evidence_sha256: form.text('evidence_sha256', FORMAT.sha256),
    quantity_kg: form.integer('quantity_kg', 1),
  };
  form.done();
  return reduction;
}

/** A real reduction is recorded; what was left out is below 1 % each and 5 % together. */
function checkInventory({ excluded, reductions, total_g }) {
  refuseIf(reductions.length === 0, 'REDUCTION_MISSING');
  const estimates = excluded.map(({ estimate_g }) => BigInt(estimate_g));
  const together = estimates.reduce((sum, estimate) => sum + estimate, 0n);
  const large = estimates.some((estimate) => estimate * 100n >= BigInt(total_g));
  refuseIf(large || together * 20n >= BigInt(total_g), 'EXCLUSIONS_TOO_LARGE');
}
