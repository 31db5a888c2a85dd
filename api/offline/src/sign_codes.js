// Codes that people copy: 统一社会信用代码, serial ranges, amounts. A slip is found while typing.

const USCC_LETTERS = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const SERIAL_FORM = /^(BT-[FGW]-\d{4}-\d{8}-\d{8}-\d{2}):(\d{1,16})-(\d{1,16})\/([0-9A-Z])$/;

/** Say whether a code of 18 characters carries its check character (GB 32100-2015, clause 5). */
function usccHolds(code) {
  const values = [...code].map((letter) => USCC_LETTERS.indexOf(letter));
  if (values.length !== 18 || values.includes(-1)) return false;
  let weight = 1;
  let sum = 0;
  for (const value of values.slice(0, 17)) {
    sum += value * weight;
    weight = (weight * 3) % 31;
  }
  return values[17] === (31 - (sum % 31)) % 31;
}

/** Return ISO 7064 MOD 37,36 over the letters and digits of a text. */
function mod3736(text) {
  let product = 36;
  for (const letter of text.replace(/[^0-9A-Z]/g, '')) {
    product = (product + Number.parseInt(letter, 36)) % 36 || 36;
    product = (product * 2) % 37;
  }
  return ((37 - product) % 36).toString(36).toUpperCase();
}

/** Read serials as papers show them, one range a line: from 1, both ends included. */
function readSerials(text) {
  return text.split('\n').map((line) => line.trim()).filter(Boolean).map((serial) => {
    const found = SERIAL_FORM.exec(serial);
    require_(found !== null && mod3736(serial.slice(0, serial.lastIndexOf('/'))) === found[4], 'serial', { serial });
    const [first, end] = [Number(found[2]) - 1, Number(found[3])];
    require_(first >= 0 && first < end && Number.isSafeInteger(end), 'serial', { serial });
    return { batch: found[1], end, first };
  });
}

/** Read a decimal number as a whole number of its smallest part, by digits alone. */
function readDecimal(text, places) {
  const found = new RegExp(`^(\\d{1,12})(?:\\.(\\d{1,${places}}))?$`).exec(text.replaceAll(',', ''));
  return found === null ? undefined : Number(found[1] + (found[2] ?? '').padEnd(places, '0'));
}
