// The registry: its facts, from a file or by asking it, and its answer to an order.

const FACTS_BYTES_MAX = 262_144;
const ANSWER_LETTERS_MAX = 262_144;

/** Read registry facts as `GET /v1/registry` gives them; only these fields are used. */
function readFacts(bytes) {
  require_(bytes.length <= FACTS_BYTES_MAX, 'facts_form');
  let found;
  try {
    found = JSON.parse(textOf(bytes));
  } catch {
    throw new CheckError('facts_form');
  }
  const { origin, rules, environment, name } = isObject(found) ? found : {};
  const fits = typeof origin === 'string' && ORIGIN_FORM.test(origin) && SHA256_FORM.test(rules);
  require_(fits && (environment === 'demo' || environment === 'production') && isObject(name), 'facts_form');
  const words = ['zh', 'en'].map((language) => name[language]).filter((text) => typeof text === 'string');
  return { origin, rules, environment, name: words };
}

/** Return the base address of the registry, without a slash at the end. */
function readAddress(text) {
  let address;
  try {
    address = new URL(text.trim());
  } catch {
    throw new CheckError('address_form');
  }
  require_(['http:', 'https:'].includes(address.protocol), 'address_form');
  const here = ['127.0.0.1', 'localhost'].includes(address.hostname) || address.origin === location.origin;
  require_(address.protocol === 'https:' || here, 'address_insecure');
  return address.origin + address.pathname.replace(/\/+$/, '');
}

/** Neither cookies nor a referrer go along, and no redirect leads an order elsewhere. */
const PLAIN_REQUEST = { cache: 'no-store', credentials: 'omit', redirect: 'error', referrerPolicy: 'no-referrer' };

/** Ask the registry for its facts. */
async function fetchFacts(address) {
  let bytes;
  try {
    const response = await fetch(`${address}/v1/registry`, PLAIN_REQUEST);
    require_(response.ok, 'facts_unreachable');
    bytes = new Uint8Array(await response.arrayBuffer());
  } catch {
    throw new CheckError('facts_unreachable');
  }
  return readFacts(bytes);
}

/** Post an envelope; return what the registry says: {recorded} or {refused}. */
async function postOrder(address, envelope) {
  let response;
  let text;
  try {
    response = await fetch(`${address}/v1/orders`, {
      ...PLAIN_REQUEST,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: canonicalBytes(envelope),
    });
    text = (await response.text()).slice(0, ANSWER_LETTERS_MAX);
  } catch {
    throw new CheckError('unreachable');
  }
  return readAnswer(response.status, text);
}

/** Read an answer: a receipt, or a problem with its sentences in both languages. */
function readAnswer(status, text) {
  let found;
  try {
    found = JSON.parse(text);
  } catch {
    throw new CheckError('answer_form', { status });
  }
  if ((status === 200 || status === 201) && Number.isSafeInteger(found?.seq) && typeof found.id === 'string') {
    return { recorded: { seq: found.seq, id: found.id, leaf_hash: String(found.leaf_hash), again: status === 200 } };
  }
  const told = typeof found?.detail_zh === 'string' && typeof found.detail_en === 'string';
  require_(told, 'answer_form', { status });
  return { refused: { code: found.code, title: String(found.title ?? ''), words: [found.detail_zh, found.detail_en] } };
}

/** Return what to do after a refusal, or nothing where its own sentence says all. */
function nextStep(code) {
  if (!Number.isSafeInteger(code)) return undefined;
  return NEXT_STEPS[code] ?? NEXT_STEPS[Math.floor(code / 1000)];
}
