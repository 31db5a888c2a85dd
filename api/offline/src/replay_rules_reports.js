// The rules from a measurement to units: report.submit, report.verify, batch.issue. Whether the
// stated change follows from the plots is for the methodology to recompute; the arithmetic that
// ties the stated numbers together is checked here.

const REPORT_KG_MAX = 10 ** 14;
const REPORT_AGE_YEARS_MAX = 5;
const UNCERTAINTY_PERMILLE_MAX = 999_999;
// Up to this uncertainty in per mille, this share of the half-width in per cent is deducted.
const UNCERTAINTY_BANDS = [[100, 0], [150, 25], [200, 50], [300, 75]];
const PLAUSIBLE_KG_PER_HA_YEAR_MAX = { F: 12_000, G: 1_500, W: 3_000 };
const BUFFER_PERMILLE_MIN = { F: 150, G: 200, W: 200 };
const POOLS = { F: 'forest', G: 'grassland', W: 'wetland' };
const GROSS_KG_MAX = 10 ** 12;

const RULE_REPORT_SUBMIT = {
  kind: 'report.submit',

  read(form) {
    const engine = form.form('engine');
    const body = {
      account: form.text('account', FORMAT.id),
      project: form.text('project', FORMAT.project),
      parameters: form.texts('parameters', FORMAT.parameter, 1, 100),
      area_m2: form.integer('area_m2', 1),
      baseline_reason: form.text('baseline_reason', null, 500),
      engine: {
        id: engine.text('id', FORMAT.methodology),
        version: engine.text('version', FORMAT.version),
      },
      input_sha256: form.text('input_sha256', FORMAT.sha256),
      leakage_reason: form.text('leakage_reason', null, 500),
      period: form.period('period'),
      plausibility_reason: form.optionalText('plausibility_reason', null, 500),
      ...readResult(form.form('result')),
    };
    engine.done();
    form.done();
    return body;
  },

  needs: (books, order, body) => holderNeeds(books, order, body.account),

  decide(books, order, body, moment) {
    findAccount(books, body.account, 'holder');
    const project = findRow(books, `project/${body.project}`, 'PROJECT_UNKNOWN');
    refuseIf(project.account !== body.account, 'PARCEL_NOT_OWNED', { project: body.project });
    refuseIf(project.validation === null, 'PROJECT_NOT_VALIDATED', { project: body.project });
    const parameters = findParameters(books, body.parameters);
    refuseIf(body.area_m2 > project.area_m2, 'AREA_MISSTATED', { area_m2: project.area_m2 });
    checkResult(body);
    checkReportProgramme(project, body, beijingDate(moment.atUs));
    checkUsable(parameters, 'SINK', beijingDate(moment.atUs));
    const opened = { issued_kg: 0, run: null, submitted_seq: moment.seq, verification: null };
    const key = `report/${idOf(moment.seq)}`;
    return { movements: [], rows: [{ key, value: { ...body, ...opened } }] };
  },
};

function readResult(form) {
  const result = {
    change_kg: form.integer('change_kg', -REPORT_KG_MAX, REPORT_KG_MAX),
    baseline_kg: form.integer('baseline_kg', 0, REPORT_KG_MAX),
    leakage_kg: form.integer('leakage_kg', 0, REPORT_KG_MAX),
    half_width_kg: form.integer('half_width_kg', 0, REPORT_KG_MAX),
    uncertainty_permille: form.integer('uncertainty_permille', 0, 1_000_000),
    deduction_kg: form.integer('deduction_kg', 0, REPORT_KG_MAX),
    net_kg: form.integer('net_kg', -4 * REPORT_KG_MAX, 4 * REPORT_KG_MAX),
  };
  form.done();
  return result;
}

/** net = change - baseline - leakage - deduction, and the deduction is at least its band's. */
function checkResult(result) {
  const { change_kg, half_width_kg } = result;
  const netKg = change_kg - result.baseline_kg - result.leakage_kg - result.deduction_kg;
  refuseIf(netKg !== result.net_kg, 'NUMBERS_DO_NOT_ADD_UP', { net_kg: netKg });
  let permille = UNCERTAINTY_PERMILLE_MAX;
  if (change_kg > 0) {
    const ratio = ceilDivision(1000n * BigInt(half_width_kg), change_kg);
    permille = ratio < UNCERTAINTY_PERMILLE_MAX ? Number(ratio) : UNCERTAINTY_PERMILLE_MAX;
  }
  const misstated = result.uncertainty_permille !== permille;
  refuseIf(misstated, 'NUMBERS_DO_NOT_ADD_UP', { uncertainty_permille: permille });
  const band = UNCERTAINTY_BANDS.find(([limit]) => permille <= limit);
  const share = band === undefined ? 100 : band[1];
  const leastKg = ceilDivision(BigInt(share) * BigInt(half_width_kg), 100);
  refuseIf(result.deduction_kg < leastKg, 'DEDUCTION_TOO_SMALL', { least_kg: Number(leastKg) });
}

function checkReportProgramme(project, body, today) {
  const { crediting_period: crediting, methodology } = project;
  const { engine, period } = body;
  const known = methodology.id === engine.id && methodology.version === engine.version;
  refuseIf(!known, 'METHODOLOGY_UNKNOWN', engine);
  const inside = crediting.start <= period.start && period.end <= crediting.end;
  refuseIf(!inside || period.end > today, 'MONITORING_PERIOD_WRONG', { period });
  checkFollows(project, period.start, today);
  const oldest = yearsAfter(today, -REPORT_AGE_YEARS_MAX);
  refuseIf(period.start < oldest, 'REPORT_TOO_OLD', { oldest });
  // kg per hectare and year, both sides multiplied out so that nothing is rounded.
  const days = dayNumber(period.end) - dayNumber(period.start) + 1;
  const stated = BigInt(body.net_kg) * 10_000n * 365n;
  const most = PLAUSIBLE_KG_PER_HA_YEAR_MAX[project.ecosystem];
  const implausible = stated > BigInt(most) * BigInt(body.area_m2) * BigInt(days);
  const unexplained = implausible && body.plausibility_reason === null;
  refuseIf(unexplained, 'PLAUSIBILITY_REASON_MISSING', { net_kg: body.net_kg });
}

/** Periods follow one another without a gap, but for days too old for any report. */
function checkFollows(project, start, today) {
  if (project.last_period_end === null) return;
  const next = dayAfter(project.last_period_end);
  const oldest = yearsAfter(today, -REPORT_AGE_YEARS_MAX);
  const follows = start === next || (next < start && start <= oldest);
  refuseIf(!follows, 'MONITORING_PERIOD_WRONG', { expected: next });
}

const RULE_REPORT_VERIFY = {
  kind: 'report.verify',

  read(form) {
    const body = {
      account: form.text('account', FORMAT.id),
      report: form.text('report', FORMAT.id),
      opinion: form.choice('opinion', ['negative', 'positive', 'qualified']),
      verified_kg: form.integer('verified_kg'),
      verifier: form.organisation('verifier'),
      statement_sha256: form.text('statement_sha256', FORMAT.sha256),
    };
    form.done();
    return body;
  },

  needs: (books, order, body) => holderNeeds(books, order, body.account),

  decide(books, order, body, moment) {
    const { org } = findAccount(books, body.account, 'verifier');
    const key = `report/${body.report}`;
    const report = findRow(books, key, 'REPORT_UNKNOWN');
    refuseIf(report.verification !== null, 'REPORT_ALREADY_VERIFIED', { key });
    const { verified_kg } = body;
    refuseIf(verified_kg > Math.max(report.net_kg, 0), 'VERIFIED_MORE_THAN_REPORTED', { verified_kg });
    refuseIf(verified_kg === 0, 'NOTHING_TO_ISSUE');
    const project = findRow(books, `project/${report.project}`, 'PROJECT_UNKNOWN');
    checkIndependent(books, body.account, [project.account, project.validation.account]);
    refuseIf(body.opinion === 'negative', 'OPINION_NOT_POSITIVE');
    checkFollows(project, report.period.start, beijingDate(moment.atUs));
    const verification = {
      account: body.account,
      body: body.verifier,
      opinion: body.opinion,
      org,
      seq: moment.seq,
      statement_sha256: body.statement_sha256,
      verified_kg,
    };
    const closed = { ...project, last_period_end: report.period.end };
    const rows = [
      { key: `project/${report.project}`, value: closed },
      { key, value: { ...report, verification } },
    ];
    return { movements: [], rows };
  },
};
