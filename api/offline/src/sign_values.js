// How values of an order look to people. The recorded value itself always stands beside it.

const NONE_WORDS = ['（无）', '(none)'];
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?![ \u3000])\p{Zs}/gu;

/** Return a text in which no character is invisible or turns the direction of reading. */
function visible(text) {
  return text.replace(HIDDEN, (character) => {
    const code = character.codePointAt(0).toString(16).toUpperCase().padStart(4, '0');
    return `⟨U+${code}⟩`;
  });
}

/** Say whether a text holds what a reader cannot see, or is not in the one normal form. */
function isSuspicious(text) {
  return visible(text) !== text || text.normalize('NFC') !== text;
}

/** Return what a field is called as [zh, en]; a list's place counts from 1. */
function fieldWords(name) {
  if (typeof name === 'number') return [`第 ${name + 1} 项`, `no. ${name + 1}`];
  return Object.hasOwn(FIELD_WORDS, name) ? FIELD_WORDS[name] : [visible(name), visible(name)];
}

function kindWords(kind) {
  return Object.hasOwn(KIND_WORDS, kind) ? KIND_WORDS[kind] : [kind, kind];
}

/** Return a value of a field as [zh, en], or nothing where the value itself says it best. */
function valueWords(name, value) {
  if (value === null) return NONE_WORDS;
  if (typeof value === 'boolean') return value ? ['是', 'yes'] : ['否', 'no'];
  if (typeof value === 'number') return numberWords(String(name), value);
  if (typeof value === 'string') return textWords(String(name), value);
  return undefined;
}

function textWords(name, text) {
  const choices = Object.hasOwn(CHOICE_WORDS, name) ? CHOICE_WORDS[name] : {};
  if (Object.hasOwn(choices, text)) return choices[text];
  if ((name === 'kind' || name === 'kinds') && Object.hasOwn(KIND_WORDS, text)) return KIND_WORDS[text];
  if (name === 'actor') return actorWords(text);
  return undefined;
}

/** Return who acts. */
function actorWords(actor) {
  if (actor === 'registrar') return ['登记机构', 'the registrar'];
  const [kind, id] = actor.split('/');
  return kind === 'acct' ? [`账户 ${id}`, `account ${id}`] : [`系统服务 ${id}`, `service ${id}`];
}

function numberWords(name, value) {
  if (name.endsWith('_us')) return both(`${beijingTime(value)}（UTC+8）`, `${beijingTime(value)} (UTC+8)`);
  if (name.endsWith('_kg') || SUPPLY_NAMES.includes(name)) return amountWords(value);
  if (name.endsWith('_fen')) return [`人民币 ${decimal(value, 2)} 元`, `CNY ${decimal(value, 2)}`];
  if (name.endsWith('_g') || SOURCE_GROUPS.includes(name)) {
    return [`${decimal(value, 3)} 千克`, `${decimal(value, 3)} kg`];
  }
  if (name.endsWith('_m2')) {
    const hectares = decimal(value, 4);
    const mu = decimal(Math.round((value * 15) / 100), 2);
    return [`${thousands(value)} 平方米，合 ${hectares} 公顷、约 ${mu} 亩`, `${thousands(value)} m², ${hectares} ha`];
  }
  if (name.endsWith('_permille')) return both(`${decimal(value, 1)} %`);
  if (name === 'lat' || name === 'lon') return both(`${decimal(value, 6)}°`);
  if (name === 'first') return [`自第 ${thousands(value + 1)} 号起`, `from unit ${thousands(value + 1)}`];
  if (name === 'end') return [`至第 ${thousands(value)} 号止`, `up to unit ${thousands(value)}`];
  return Math.abs(value) >= 10_000 ? both(thousands(value)) : undefined;
}

const SUPPLY_NAMES = ['gross', 'held', 'reserved', 'pledged', 'frozen', 'buffer', 'retired', 'cancelled'];
const SOURCE_GROUPS = ['energy', 'fuel', 'hospitality', 'supplies', 'transport', 'waste'];

function amountWords(kg) {
  return [`${decimal(kg, 3)} 吨（${thousands(kg)} 千克）`, `${decimal(kg, 3)} t (${thousands(kg)} kg)`];
}

function both(zh, en = zh) {
  return [zh, en];
}

/** Return a whole number with thin groups of three digits. */
function thousands(value) {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Return a whole number of thousandths (or so) with its decimals, by digits alone. */
function decimal(value, places) {
  const digits = String(Math.abs(value)).padStart(places + 1, '0');
  const whole = thousands(digits.slice(0, -places));
  return `${value < 0 ? '−' : ''}${whole}.${digits.slice(-places)}`;
}

/** Return microseconds since 1970 as Beijing time, which is UTC+8 all year. */
function beijingTime(us) {
  const shifted = new Date(Math.floor(us / 1000) + 8 * 3_600_000);
  if (Number.isNaN(shifted.getTime())) return String(us);
  return shifted.toISOString().slice(0, 19).replace('T', ' ');
}
