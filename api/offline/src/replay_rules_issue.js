// batch.issue: a verified report becomes units numbered from 0, the buffer first (invariant 6).

const RULE_BATCH_ISSUE = {
  kind: 'batch.issue',

  read(form) {
    const body = {
      report: form.text('report', FORMAT.id),
      run: form.integer('run', 1, 99),
      attestation_seq: form.integer('attestation_seq'),
      gross_kg: form.integer('gross_kg', 1, GROSS_KG_MAX),
      buffer_permille: form.integer('buffer_permille', 0, 1000),
    };
    form.done();
    return body;
  },

  needs: (books, order) => registrarSigns(order, 'issuer', 'supervisor'),

  decide(books, order, body, moment) {
    const report = findRow(books, `report/${body.report}`, 'REPORT_UNKNOWN');
    const attested = report.verification?.seq === body.attestation_seq;
    refuseIf(!attested, 'REPORT_NOT_VERIFIED', { report: body.report });
    const project = findRow(books, `project/${report.project}`, 'PROJECT_UNKNOWN');
    refuseIf(body.run !== project.runs + 1, 'RUN_WRONG', { run: project.runs + 1 });
    const leftKg = report.verification.verified_kg - report.issued_kg;
    refuseIf(body.gross_kg > leftKg, 'MORE_THAN_VERIFIED', { verified_kg: leftKg });
    const least = BUFFER_PERMILLE_MIN[project.ecosystem];
    refuseIf(body.buffer_permille < least, 'BUFFER_TOO_SMALL', { buffer_permille_min: least });
    refuseIf(project.track !== 'LOCAL', 'TRACK_NOT_ISSUABLE', { track: project.track });
    const parcels = issuedParcels(books, project);
    const batch = batchId(project, report, body.run);
    const row = batchRow(project, report, body, moment);
    const batches = [...project.batches, batch];
    const rows = [
      { key: `batch/${batch}`, value: row },
      ...parcels,
      { key: `project/${report.project}`, value: { ...issued(project, body), batches, runs: body.run } },
      { key: `report/${body.report}`, value: { ...issued(report, body), run: body.run } },
    ];
    return { movements: issuedUnits(batch, project, row), rows };
  },
};

function issued(row, body) {
  return { ...row, issued_kg: row.issued_kg + body.gross_kg };
}

/** Every parcel of the project is on the LOCAL track and unlocked; from now on it has issued. */
function issuedParcels(books, project) {
  const rows = [];
  for (const name of project.parcels) {
    const key = `parcel/${name}`;
    const parcel = findRow(books, key, 'PARCEL_UNKNOWN');
    refuseIf(parcel.track !== 'LOCAL', 'TRACK_NOT_ISSUABLE', { key });
    refuseIf(parcel.locks.length > 0, 'PARCEL_LOCKED', { key });
    if (!parcel.local_issued) rows.push({ key, value: { ...parcel, local_issued: true } });
  }
  return rows;
}

function batchId({ ecosystem }, { period, project }, run) {
  const days = [period.start, period.end].map((day) => day.replaceAll('-', ''));
  return `BT-${ecosystem}-${project}-${days[0]}-${days[1]}-${String(run).padStart(2, '0')}`;
}

function batchRow(project, report, body, moment) {
  const buffer = Number(ceilDivision(BigInt(body.gross_kg) * BigInt(body.buffer_permille), 1000));
  return {
    affiliated: project.affiliated,
    buffer_kg: buffer,
    buffer_permille: body.buffer_permille,
    counties: project.counties,
    ecosystem: project.ecosystem,
    gross_kg: body.gross_kg,
    issued_at_us: moment.atUs,
    issued_seq: moment.seq,
    methodology: project.methodology,
    name: project.name,
    owner: project.owner,
    period: report.period,
    pool: POOLS[project.ecosystem],
    project: report.project,
    report: body.report,
    tradable_kg: body.gross_kg - buffer,
    validator: project.validation.body,
    verifier: report.verification.body,
  };
}

/** The first numbers go to the pooled buffer, the rest to the holder; neither is empty. */
function issuedUnits(batch, project, { buffer_kg, gross_kg, pool }) {
  const from = ISSUE_PLACE;
  return [
    { batch, end: buffer_kg, first: 0, from, to: `buffer/${pool}` },
    { batch, end: gross_kg, first: buffer_kg, from, to: `acct/${project.account}` },
  ].filter(({ first, end }) => first < end);
}
