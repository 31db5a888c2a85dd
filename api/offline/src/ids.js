// Ids, serial numbers and certificate numbers with their check characters (LEDGER_FORMAT clause 11).

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CROCKFORD_CHECK = `${CROCKFORD}*~$=U`;
const ALPHANUMERIC = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const SERIAL_FORM = /^((BT-[FGW]-[0-9]{4}-[0-9]{8}-[0-9]{8}-[0-9]{2}):([1-9][0-9]{0,15})-([1-9][0-9]{0,15}))\/([0-9A-Z])$/;
const BEIJING_US = 8 * 3_600_000_000;
const CERTIFICATE_KINDS = {
  CL: 'claim.complete',
  HD: 'holding.state',
  RG: 'parcel.register',
  RT: 'units.retire',
};

/** Return the digits of an id without its check symbol. */
function crockfordDigits(number) {
  let digits = '';
  for (let left = number; left > 0; left = Math.floor(left / 32)) {
    digits = CROCKFORD[left % 32] + digits;
  }
  return digits.padStart(7, '0');
}

/** Return the id of what an entry made. */
function idOf(seq) {
  return crockfordDigits(seq) + CROCKFORD_CHECK[seq % 37];
}

/** Return the check character of ISO/IEC 7064 MOD 37,36; hyphens and colons are passed over. */
function checkCharacter(text) {
  let product = 36;
  for (const letter of text.replaceAll(/[-:]/g, '')) {
    const value = ALPHANUMERIC.indexOf(letter);
    require_(value >= 0, 'check_character', { text });
    product = (product + value) % 36 || 36;
    product = (2 * product) % 37;
  }
  return ALPHANUMERIC[(37 - product) % 36];
}

/** Return [first, end) of a batch as paper shows it: from one on, both ends included. */
function serialText(batch, first, end) {
  const text = `${batch}:${first + 1}-${end}`;
  return `${text}/${checkCharacter(text)}`;
}

function certificateNumber(kind, seq, atUs) {
  const text = `TH-${kind}-${beijingDate(atUs).slice(0, 4)}-${crockfordDigits(seq)}`;
  return `${text}-${checkCharacter(text)}`;
}

/** Return the parts of a certificate number as people type it. */
function parseCertificateNumber(typed) {
  const text = typed.trim().toUpperCase();
  const parts = numberParts(text);
  require_(parts !== null && checkCharacter(parts.body) === parts.check, 'number_wrong', { text });
  return { text, kind: parts.kind, year: parts.year, seq: parts.seq };
}

/** Return the parts of a number in capitals, its check character unchecked; null if it is none. */
function numberParts(text) {
  const found = /^(TH-(CL|HD|RG|RT)-([0-9]{4})-([0-9A-HJKMNP-TV-Z]{7,13}))-([0-9A-Z])$/.exec(text);
  if (found === null) return null;
  const [, body, kind, year, digits, check] = found;
  const seq = Array.from(digits).reduce((sum, digit) => sum * 32 + CROCKFORD.indexOf(digit), 0);
  return { body, kind, year: Number(year), seq, check };
}

/** Return the parts of a serial number in capitals, half-open, its check character unchecked. */
function serialParts(text) {
  const found = SERIAL_FORM.exec(text);
  if (found === null) return null;
  const [, body, batch, first, last, check] = found;
  const backwards = BigInt(last) < BigInt(first);
  return { body, batch, first: Number(first) - 1, end: Number(last), backwards, check };
}

/** Return the Beijing date of a moment, YYYY-MM-DD. */
function beijingDate(atUs) {
  return new Date(Math.floor((atUs + BEIJING_US) / 1000)).toISOString().slice(0, 10);
}

/** Return the Beijing date and time of a moment to the second. */
function beijingTime(atUs) {
  return new Date(Math.floor((atUs + BEIJING_US) / 1000)).toISOString().slice(0, 19).replace('T', ' ');
}
