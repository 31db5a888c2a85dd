// The form of an order's body (refusals of class 1): each field is read once, what is left over is
// refused, so that a misspelt field can never be taken for an absent one.

const ITEMS_MAX = 128;
const TEXT_MAX = 200;
const INTEGER_MAX = Number.MAX_SAFE_INTEGER;

const ID_DIGITS = '[0-9A-HJKMNP-TV-Z]';
const ORIGIN_TEXT = '[a-z0-9][a-z0-9.-]{0,120}(?:/[a-z0-9._-]{1,60})*';
const FORMAT = {
  id: new RegExp(`^${ID_DIGITS}{7,13}[0-9A-HJKMNP-TV-Z*~$=U]$`),
  person: new RegExp(`^${ID_DIGITS}{10,26}$`),
  sha256: /^[0-9a-f]{64}$/,
  key: /^(?:[0-9a-f]{64}|[0-9a-f]{66})$/,
  name: /^[a-z][a-z0-9_.-]{0,63}$/,
  county: /^[0-9]{6}$/,
  batch: /^BT-[FGW]-[0-9]{4}-[0-9]{8}-[0-9]{8}-[0-9]{2}$/,
  parameter: /^param\/[a-z][a-z0-9_.-]{0,63}\/[a-z][a-z0-9_.-]{0,63}$/,
  uscc: /^[0-9A-HJ-NPQRTUWXY]{18}$/,
  date: /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/,
  kind: /^[a-z]+\.[a-z]+$/,
  nonce: new RegExp(`^[0-7]${ID_DIGITS}{25}$`),
  actor: new RegExp(
    `^(?:registrar|service/[a-z][a-z0-9-]{0,31}|acct/${ID_DIGITS}{7,13}[0-9A-HJKMNP-TV-Z*~$=U])$`,
  ),
  origin: new RegExp(`^${ORIGIN_TEXT}$`),
  project: /^[0-9]{4}$/,
  version: /^[a-z0-9][a-z0-9._-]{0,30}$/,
  methodology: /^[A-Z][A-Z0-9-]{2,40}$/,
};

// White space at either end of a text is refused; these are its code points.
const SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const SPACE_AT_END = new RegExp(`^[${SPACE}]|[${SPACE}]$`);

/** Return the number of code points of a text. */
function characters(text) {
  return [...text].length;
}

class BodyForm {
  constructor(fields, path = 'body') {
    refuseIf(!isObject(fields), 'FIELD_TYPE', { field: path });
    this.fields = fields;
    this.path = path;
    this.seen = new Set();
  }

  take(name) {
    this.seen.add(name);
    refuseIf(!Object.hasOwn(this.fields, name), 'FIELD_MISSING', { field: this.nameOf(name) });
    return this.fields[name];
  }

  nameOf(name) {
    return `${this.path}.${name}`;
  }

  /** Say whether an optional field is there and not null, and count it as read. */
  has(name) {
    this.seen.add(name);
    return Object.hasOwn(this.fields, name) && this.fields[name] !== null;
  }

  text(name, format = null, most = TEXT_MAX) {
    const value = this.take(name);
    const field = this.nameOf(name);
    refuseIf(typeof value !== 'string', 'FIELD_TYPE', { field });
    const fits = format === null ? isPlainText(value, most) : format.test(value);
    refuseIf(!fits, 'FIELD_FORMAT', { field });
    return value;
  }

  optionalText(name, format = null, most = TEXT_MAX) {
    return this.has(name) ? this.text(name, format, most) : null;
  }

  integer(name, low = 0, high = INTEGER_MAX) {
    const value = this.take(name);
    refuseIf(typeof value !== 'number', 'FIELD_TYPE', { field: this.nameOf(name) });
    refuseIf(value < low || value > high, 'FIELD_RANGE', { field: this.nameOf(name), low, high });
    return value;
  }

  flag(name) {
    const value = this.take(name);
    refuseIf(typeof value !== 'boolean', 'FIELD_TYPE', { field: this.nameOf(name) });
    return value;
  }

  choice(name, options) {
    const value = this.take(name);
    const known = typeof value === 'string' && options.includes(value);
    refuseIf(!known, 'CHOICE_UNKNOWN', { field: this.nameOf(name) });
    return value;
  }

  /** Read a calendar date of the years 1900 to 2199; dates stay texts, which sort as days do. */
  day(name) {
    const value = this.text(name, FORMAT.date);
    const exists = value >= '0001' && dayNumber(value) !== null;
    refuseIf(!exists, 'FIELD_FORMAT', { field: this.nameOf(name) });
    const year = Number(value.slice(0, 4));
    refuseIf(year < 1900 || year > 2199, 'FIELD_RANGE', { field: this.nameOf(name) });
    return value;
  }

  /** Read {"start", "end"}, both days included. */
  period(name) {
    const form = this.form(name);
    const period = { start: form.day('start'), end: form.day('end') };
    form.done();
    refuseIf(period.end < period.start, 'DATES_REVERSED', { field: this.nameOf(name) });
    return period;
  }

  form(name) {
    return new BodyForm(this.take(name), this.nameOf(name));
  }

  forms(name, least = 0, most = ITEMS_MAX) {
    return this.list(name, least, most).map(
      (item, position) => new BodyForm(item, `${this.nameOf(name)}[${position}]`),
    );
  }

  /** Read a list of different texts of one format. */
  texts(name, format, least = 0, most = ITEMS_MAX) {
    const items = this.list(name, least, most);
    const field = this.nameOf(name);
    for (const [position, item] of items.entries()) {
      refuseIf(typeof item !== 'string' || !format.test(item), 'FIELD_FORMAT', { field });
      refuseIf(items.indexOf(item) < position, 'DUPLICATE_ITEM', { field, item });
    }
    return items;
  }

  list(name, least, most) {
    const items = this.take(name);
    const field = this.nameOf(name);
    refuseIf(!Array.isArray(items), 'FIELD_TYPE', { field });
    refuseIf(items.length < least || items.length > most, 'TOO_MANY_ITEMS', { field, least, most });
    return items;
  }

  /** Read {"zh"?, "en"?}, at least one. */
  words(name, most = TEXT_MAX) {
    const form = this.form(name);
    const words = {};
    for (const language of ['zh', 'en']) {
      const text = form.optionalText(language, null, most);
      if (text !== null) words[language] = text;
    }
    form.done();
    refuseIf(Object.keys(words).length === 0, 'FIELD_MISSING', { field: this.nameOf(name) });
    return words;
  }

  /** Read an organisation named in clear. */
  organisation(name) {
    const form = this.form(name);
    const named = { name: form.words('name'), uscc: form.text('uscc', FORMAT.uscc) };
    form.done();
    return named;
  }

  done() {
    const unknown = Object.keys(this.fields).find((name) => !this.seen.has(name));
    refuseIf(unknown !== undefined, 'FIELD_UNKNOWN', { field: this.nameOf(unknown) });
  }
}

function isPlainText(value, most) {
  return value !== '' && !SPACE_AT_END.test(value) && (value.length <= most || characters(value) <= most);
}
