// The rules about land: parcel.register, geometry.publish, external.lock. Whether a stated overlap
// is the true one needs the private polygons and is not a replay's question.

const COUNTIES = [
  '150202', '150203', '150204', '150205', '150206', '150207', '150221', '150222', '150223',
];
const AREA_M2_MAX = 30_000_000_000;
const CHIEF_LEVELS = ['city', 'county', 'township', 'village'];
const PARCEL_DETAILS = [
  'sub_compartment', 'ownership', 'origin', 'forest_category', 'dominant_species',
  'protection_level', 'district',
];

const RULE_PARCEL_REGISTER = {
  kind: 'parcel.register',

  read(form) {
    const details = {};
    for (const name of PARCEL_DETAILS) details[name] = form.optionalText(name, null, 60);
    const hasChief = form.has('forest_chief_level');
    details.forest_chief_level = hasChief ? form.choice('forest_chief_level', CHIEF_LEVELS) : null;
    const body = {
      account: form.text('account', FORMAT.id),
      commitment: form.text('commitment', FORMAT.sha256),
      county: form.choice('county', COUNTIES),
      details,
      ecosystem: form.choice('ecosystem', ['F', 'G', 'W']),
      overlaps: form.forms('overlaps').map(readOverlap),
      stated_area_m2: form.integer('stated_area_m2', 1, AREA_M2_MAX),
      tenure_evidence_sha256: form.text('tenure_evidence_sha256', FORMAT.sha256),
      title_area_m2: form.integer('title_area_m2', 1, AREA_M2_MAX),
    };
    form.done();
    const names = body.overlaps.map(({ parcel }) => parcel);
    const sorted = names.every((name, at) => at === 0 || names[at - 1] < name);
    refuseIf(!sorted, 'DUPLICATE_ITEM', { field: 'overlaps' });
    return body;
  },

  needs: (books, order, body) => [
    ...holderNeeds(books, order, body.account),
    needOfficer('registrar'),
  ],

  decide(books, order, body, moment) {
    const { org } = findAccount(books, body.account, 'holder');
    const polygon = `polygon/${body.commitment}`;
    refuseIf(books.row(polygon) !== null, 'PARCEL_ALREADY_KNOWN', { key: polygon });
    for (const { parcel } of body.overlaps) findRow(books, `parcel/${parcel}`, 'PARCEL_UNKNOWN');
    // A sliver is at most one square metre or a ten-thousandth of the area.
    const limitM2 = Math.max(1, Math.floor(body.stated_area_m2 / 10_000));
    const large = body.overlaps.some((overlap) => overlap.area_m2 > limitM2);
    refuseIf(large, 'OVERLAP_TOO_LARGE', { limit_m2: limitM2 });
    const sliversM2 = body.overlaps.reduce((sum, overlap) => sum + overlap.area_m2, 0);
    const creditedM2 = Math.min(body.stated_area_m2 - sliversM2, body.title_area_m2);
    refuseIf(creditedM2 <= 0, 'NET_AREA_ZERO');
    const value = {
      ...body,
      credited_area_m2: creditedM2,
      local_issued: false,
      locks: [],
      org,
      projects: [],
      registered_at_us: moment.atUs,
      registered_seq: moment.seq,
      track: null,
    };
    const parcel = idOf(moment.seq);
    return { movements: [], rows: [{ key: `parcel/${parcel}`, value }, { key: polygon, value: { parcel } }] };
  },
};

function readOverlap(form) {
  const parcel = form.text('parcel', FORMAT.id);
  const overlap = { area_m2: form.integer('area_m2', 1, AREA_M2_MAX), parcel };
  form.done();
  return overlap;
}

const RULE_GEOMETRY_PUBLISH = {
  kind: 'geometry.publish',

  read(form) {
    const rings = form.forms('rings', 1, 16).map((ring) => {
      const points = ring.forms('points', 3, 400).map(readPoint);
      ring.done();
      return points;
    });
    const parcel = form.text('parcel', FORMAT.id);
    form.text('reason', null, 300);
    form.done();
    return { parcel, rings };
  },

  needs: (books, order) => registrarSigns(order, 'registrar'),

  decide(books, order, { parcel, rings }, moment) {
    findRow(books, `parcel/${parcel}`, 'PARCEL_UNKNOWN');
    const value = { published_seq: moment.seq, rings };
    return { movements: [], rows: [{ key: `outline/${parcel}`, value }] };
  },
};

function readPoint(form) {
  const longitude = form.integer('lon', 73_000_000, 136_000_000);
  const latitude = form.integer('lat', 3_000_000, 54_000_000);
  form.done();
  return [longitude, latitude];
}

const RULE_EXTERNAL_LOCK = {
  kind: 'external.lock',

  read(form) {
    const body = {
      parcels: form.texts('parcels', FORMAT.id, 1, 20),
      scheme: form.text('scheme', null, 80),
      ticket: form.text('ticket', null, 120),
      evidence_sha256: form.text('evidence_sha256', FORMAT.sha256),
    };
    form.done();
    return body;
  },

  needs: (books, order) => registrarSigns(order, 'registrar', 'supervisor'),

  decide(books, order, { parcels, scheme, ticket, evidence_sha256 }, moment) {
    const rows = [...parcels].sort().map((name) => {
      const key = `parcel/${name}`;
      const parcel = findRow(books, key, 'PARCEL_UNKNOWN');
      const known = parcel.locks.some((lock) => lock.scheme === scheme && lock.ticket === ticket);
      refuseIf(known, 'LOCK_ALREADY_KNOWN', { key });
      const locks = [...parcel.locks, { evidence_sha256, scheme, seq: moment.seq, ticket }];
      return { key, value: { ...parcel, locks, track: parcel.track ?? 'EXTERNAL' } };
    });
    return { movements: [], rows };
  },
};
