// From an order to its sentences: each a list of plain and of filled-in parts, never markup.

/** Return the sentences of an order as [{zh: parts, en: parts}]; a part is a text or {value}. */
function sentencesOf(order) {
  const templates = Object.hasOwn(SENTENCES, order.kind) ? SENTENCES[order.kind] : [];
  return templates.flatMap((template) => filledIn(template, order.body));
}

function filledIn(template, body) {
  if (template.when && absent(at(body, template.when))) return [];
  if (template.unless && !absent(at(body, template.unless))) return [];
  const items = template.each ? at(body, template.each) : [body];
  const listed = Array.isArray(items) ? items : [items];
  return listed.map((item) => ({ zh: partsOf(template.zh, item, 0), en: partsOf(template.en, item, 1) }));
}

function partsOf(text, body, language) {
  return text.split(/(\{[a-z0-9_.]+\})/).map((part) => {
    if (!part.startsWith('{')) return part;
    const path = part.slice(1, -1);
    if (path === 'units') return { value: unitsWords(body)[language] };
    return { value: shownValue(path.split('.').at(-1), at(body, path), language) };
  });
}

function at(value, path) {
  let found = value;
  for (const name of path.split('.')) {
    if (!isObject(found) || !Object.hasOwn(found, name)) return undefined;
    found = found[name];
  }
  return found;
}

function absent(value) {
  return value === undefined || value === null;
}

/** Return one value inside a sentence. */
function shownValue(name, value, language) {
  if (absent(value)) return NONE_WORDS[language];
  const words = valueWords(name, value);
  if (words) return words[language];
  if (typeof value === 'string') return visible(value);
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) {
    return value.map((item) => shownValue(name, item, language)).join(language ? ', ' : '、');
  }
  if (isObject(value)) return objectWords(value, language);
  return visible(canonicalText(value));
}

/** Return words in the sentence's language, or an organisation; anything else as it stands. */
function objectWords(value, language) {
  const keys = Object.keys(value).sort().join(',');
  const own = language ? ['en', 'zh'] : ['zh', 'en'];
  if (['en', 'zh', 'en,zh'].includes(keys) && Object.values(value).every((text) => typeof text === 'string')) {
    return visible(value[own[0]] ?? value[own[1]]);
  }
  if (keys === 'name,uscc' && isObject(value.name) && typeof value.uscc === 'string') {
    const name = objectWords(value.name, language);
    return language ? `${name} (${visible(value.uscc)})` : `${name}（${visible(value.uscc)}）`;
  }
  return visible(canonicalText(value));
}

/** Return the units that an order means: an amount, or the sum of its ranges. */
function unitsWords(body) {
  if (Number.isSafeInteger(body.quantity_kg)) {
    const [zh, en] = amountWords(body.quantity_kg);
    return [`最早监测期起的 ${zh}`, `${en} of the oldest units`];
  }
  const ranges = Array.isArray(body.ranges) ? body.ranges : [];
  const sizes = ranges.map((range) => range?.end - range?.first);
  if (ranges.length === 0 || !sizes.every((size) => Number.isSafeInteger(size) && size > 0)) return NONE_WORDS;
  const [zh, en] = amountWords(sizes.reduce((sum, size) => sum + size, 0));
  return [`指定序号共 ${zh}`, `${en} by serial numbers`];
}

/** Return every leaf of a value as {path, value}; empty lists and objects are leaves too. */
function leavesOf(value, path = []) {
  const members = Array.isArray(value) ? value.map((item, index) => [index, item]) : Object.entries(value);
  if (members.length === 0) return [{ path, value }];
  return members.flatMap(([name, member]) => {
    const inner = [...path, name];
    return typeof member === 'object' && member !== null ? leavesOf(member, inner) : [{ path: inner, value: member }];
  });
}
