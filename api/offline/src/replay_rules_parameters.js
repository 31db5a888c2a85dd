// Published factors and parameters: parameters.publish, parameters.confirm, and their use.

const PARAMETER_TEXTS = [
  'name_en', 'name_zh', 'note', 'region', 'source', 'source_url', 'unit', 'value',
];
const PARAMETER_EXTRAS = [
  'activity', 'species', 'organ', 'form', 'a', 'b', 'lower', 'upper', 'gas',
];
const APPLICABILITIES = ['local', 'national', 'foreign_proxy', 'derived'];
const UNCONFIRMED = ['foreign_proxy', 'derived'];
const CONFIDENCE_PERMILLE_MIN = 800;

const RULE_PARAMETERS_PUBLISH = {
  kind: 'parameters.publish',

  read(form) {
    const table = form.text('table', FORMAT.name);
    const rows = form.forms('rows', 1, 60).map(readParameter);
    form.done();
    const names = new Set(rows.map(({ name }) => name));
    refuseIf(names.size !== rows.length, 'DUPLICATE_ITEM', { field: 'rows' });
    return { table, rows };
  },

  needs: (books, order) => registrarSigns(order, 'issuer'),

  decide(books, order, { table, rows }, moment) {
    const published = { confirmed_seq: null, published_seq: moment.seq };
    const named = rows.map(({ name, value }) => ({
      key: `param/${table}/${name}`,
      value: { ...value, ...published },
    }));
    return { movements: [], rows: named };
  },
};

function readParameter(form) {
  const name = form.text('factor_id', FORMAT.name);
  const value = {};
  for (const field of PARAMETER_TEXTS) value[field] = form.optionalText(field, null, 400);
  for (const field of PARAMETER_EXTRAS) if (form.has(field)) value[field] = form.text(field);
  value.valid_from = form.day('valid_from');
  value.valid_to = form.has('valid_to') ? form.day('valid_to') : null;
  const reversed = value.valid_to !== null && value.valid_to < value.valid_from;
  refuseIf(reversed, 'DATES_REVERSED', { field: 'valid_to' });
  value.confidence_permille = form.integer('confidence_permille', 0, 1000);
  value.applicability = form.choice('applicability', APPLICABILITIES);
  value.data_year = form.has('data_year') ? form.integer('data_year', 0, 9999) : null;
  value.domain = form.choice('domain', ['SINK', 'ORG_EVENT', 'PRODUCT_LCA']);
  value.needs_confirmation =
    value.confidence_permille < CONFIDENCE_PERMILLE_MIN || UNCONFIRMED.includes(value.applicability);
  form.done();
  return { name, value };
}

const RULE_PARAMETERS_CONFIRM = {
  kind: 'parameters.confirm',

  read(form) {
    const body = {
      table: form.text('table', FORMAT.name),
      names: form.texts('factor_ids', FORMAT.name, 1, 60),
    };
    form.text('reason', null, 500);
    form.optionalText('evidence_sha256', FORMAT.sha256);
    form.done();
    return body;
  },

  needs: (books, order) => registrarSigns(order, 'supervisor'),

  decide(books, order, { table, names }, moment) {
    const rows = [...names].sort().map((name) => {
      const key = `param/${table}/${name}`;
      const row = findRow(books, key, 'PARAMETER_UNKNOWN');
      const pending = row.confirmed_seq === null && row.needs_confirmation;
      refuseIf(!pending, 'PARAMETER_ALREADY_CONFIRMED', { key });
      return { key, value: { ...row, confirmed_seq: moment.seq } };
    });
    return { movements: [], rows };
  },
};

function findParameters(books, keys) {
  return keys.map((key) => ({ key, row: findRow(books, key, 'PARAMETER_UNKNOWN') }));
}

/** A parameter may be used in its own domain, on its own days, and with its due confirmation. */
function checkUsable(parameters, domain, day) {
  for (const { key, row } of parameters) {
    const unconfirmed = row.needs_confirmation && row.confirmed_seq === null;
    const outside = day < row.valid_from || (row.valid_to !== null && day > row.valid_to);
    refuseIf(unconfirmed || row.domain !== domain || outside, 'PARAMETER_NOT_USABLE', { key });
  }
}
