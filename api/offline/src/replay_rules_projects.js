// The rules about projects: project.register and project.validate.

const ACTIVITIES = {
  afforestation: 'F',
  degraded_forest_repair: 'F',
  forest_tending: 'F',
  low_yield_forest: 'F',
  degraded_grassland: 'G',
  wetland_restoration: 'W',
  mine_restoration: 'FGW',
};
const METHODOLOGIES = { 'SL-FOREST-PLOT 1': 'F' };
const CREDITING_YEARS = [1, 40];

const RULE_PROJECT_REGISTER = {
  kind: 'project.register',

  read(form) {
    const method = form.form('methodology');
    const methodology = {
      id: method.text('id', FORMAT.methodology),
      sha256: method.text('sha256', FORMAT.sha256),
      version: method.text('version', FORMAT.version),
    };
    method.done();
    const body = {
      number: form.text('number', FORMAT.project),
      parcels: form.texts('parcels', FORMAT.id, 1, 20),
      ccerWarningAccepted: form.flag('ccer_warning_accepted'),
      described: {
        account: form.text('account', FORMAT.id),
        activity: form.choice('activity', Object.keys(ACTIVITIES)),
        additionality_sha256: form.text('additionality_sha256', FORMAT.sha256),
        crediting_period: form.period('crediting_period'),
        irrigation: form.choice('irrigation', ['drip', 'flood', 'none', 'reclaimed', 'surface']),
        legal_basis_sha256: form.optionalText('legal_basis_sha256', FORMAT.sha256),
        methodology,
        name: form.words('name'),
        owner: form.organisation('owner'),
        precipitation_mm: form.integer('precipitation_mm', 0, 5000),
        track: form.choice('track', ['CCER_RESERVE', 'LOCAL']),
      },
    };
    form.done();
    return body;
  },

  needs(books, order, { described }) {
    const signers = [...holderNeeds(books, order, described.account), needOfficer('registrar')];
    return described.legal_basis_sha256 === null ? signers : [...signers, needOfficer('supervisor')];
  },

  decide(books, order, body, moment) {
    const { described, number } = body;
    const account = findAccount(books, described.account, 'holder');
    refuseIf(books.row(`project/${number}`) !== null, 'PROJECT_NUMBER_TAKEN', { number });
    const names = [...body.parcels].sort();
    const parcels = names.map((name) => findRow(books, `parcel/${name}`, 'PARCEL_UNKNOWN'));
    const foreign = parcels.some((parcel) => parcel.account !== described.account);
    refuseIf(foreign, 'PARCEL_NOT_OWNED', { account: described.account });
    const ecosystem = projectEcosystem(described, parcels);
    for (const parcel of parcels) checkTrack(books, described, parcel);
    const unwarned = described.track === 'LOCAL' && !body.ccerWarningAccepted;
    refuseIf(unwarned, 'CCER_WARNING_NOT_ACCEPTED', { number });
    checkCrediting(described.crediting_period);
    const value = {
      ...described,
      affiliated: account.affiliated,
      area_m2: parcels.reduce((sum, parcel) => sum + parcel.credited_area_m2, 0),
      batches: [],
      counties: [...new Set(parcels.map(({ county }) => county))].sort(),
      ecosystem,
      issued_kg: 0,
      last_period_end: null,
      org: account.org,
      parcels: names,
      registered_at_us: moment.atUs,
      registered_seq: moment.seq,
      runs: 0,
      validation: null,
    };
    const rows = parcels.map((parcel, at) => ({
      key: `parcel/${names[at]}`,
      value: { ...parcel, projects: [...parcel.projects, number], track: described.track },
    }));
    return { movements: [], rows: [...rows, { key: `project/${number}`, value }] };
  },
};

function projectEcosystem({ activity, methodology, track }, parcels) {
  const found = [...new Set(parcels.map(({ ecosystem }) => ecosystem))];
  refuseIf(found.length > 1, 'ECOSYSTEMS_MIXED', { found });
  refuseIf(!ACTIVITIES[activity].includes(found[0]), 'ACTIVITY_ECOSYSTEM_WRONG', { activity });
  const known = METHODOLOGIES[`${methodology.id} ${methodology.version}`] === found[0];
  refuseIf(track === 'LOCAL' && !known, 'METHODOLOGY_UNKNOWN', methodology);
  return found[0];
}

/**
 * A parcel belongs to one track (invariant 5). LOCAL projects share it only with periods apart;
 * what was issued on LOCAL goes to CCER_RESERVE with a legal basis only.
 */
function checkTrack(books, { crediting_period, legal_basis_sha256, track }, parcel) {
  refuseIf(parcel.locks.length > 0, 'PARCEL_LOCKED');
  const barred = track === 'CCER_RESERVE' && parcel.local_issued;
  refuseIf(barred && legal_basis_sha256 === null, 'LOCAL_ISSUANCE_BARS_CCER');
  if (parcel.track === null || (barred && parcel.track === 'LOCAL')) return;
  const apart = (number) => {
    const other = findRow(books, `project/${number}`, 'PROJECT_UNKNOWN').crediting_period;
    return crediting_period.end < other.start || other.end < crediting_period.start;
  };
  const shared = parcel.track === 'LOCAL' && track === 'LOCAL' && parcel.projects.every(apart);
  refuseIf(!shared, 'TRACK_EXCLUSIVE', { track: parcel.track });
}

function checkCrediting({ start, end }) {
  const [shortest, longest] = CREDITING_YEARS.map((years) => dayBefore(yearsAfter(start, years)));
  refuseIf(end < shortest || end > longest, 'CREDITING_PERIOD_WRONG', { shortest, longest });
}

const RULE_PROJECT_VALIDATE = {
  kind: 'project.validate',

  read(form) {
    const body = {
      account: form.text('account', FORMAT.id),
      project: form.text('project', FORMAT.project),
      opinion: form.choice('opinion', ['negative', 'positive']),
      validator: form.organisation('validator'),
      report_sha256: form.text('report_sha256', FORMAT.sha256),
    };
    form.done();
    return body;
  },

  needs: (books, order, body) => holderNeeds(books, order, body.account),

  decide(books, order, body, moment) {
    const { org } = findAccount(books, body.account, 'validator');
    const key = `project/${body.project}`;
    const project = findRow(books, key, 'PROJECT_UNKNOWN');
    refuseIf(project.validation !== null, 'PROJECT_ALREADY_VALIDATED', { key });
    checkIndependent(books, body.account, [project.account]);
    refuseIf(body.opinion !== 'positive', 'OPINION_NOT_POSITIVE', { opinion: body.opinion });
    const validation = {
      account: body.account,
      body: body.validator,
      org,
      report_sha256: body.report_sha256,
      seq: moment.seq,
    };
    return { movements: [], rows: [{ key, value: { ...project, validation } }] };
  },
};
