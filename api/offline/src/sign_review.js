// The order before it is signed: sentences first, then everything that the signature covers.

/** Show an envelope at a place of the page. */
function showReview(place, envelope, facts, nowUs) {
  const { order } = envelope;
  const message = signedMessage(order);
  place.replaceChildren(
    ...warningsOf(envelope, facts, nowUs),
    make('h3', { class: 'order-kind' }, ...inBothOrOne(kindWords(order.kind)), ' ', make('code', {}, order.kind)),
    make('p', {}, ...inBoth(introduction(order))),
    showSentences(order),
    heading(['签名所及的全部内容', 'Everything that the signature covers']),
    leafTable('order-fields', order),
    ...showPrivate(envelope.private),
    ...showSignatures(envelope),
    heading(['摘要', 'Digest']),
    make('p', {}, ...inBoth(['待签字节的 SHA-256（所有签名人应看到同一个值）：', 'SHA-256 of the bytes to be signed (every signer should see the same):'])),
    make('p', {}, make('code', { id: 'order-sha256', class: 'digest' }, hexOf(sha256(message)))),
    make(
      'details',
      { id: 'raw' },
      make('summary', {}, ...inBoth(['待签的原始字节', 'The raw bytes to be signed'])),
      make('pre', { id: 'raw-bytes', tabindex: '0' }, textOf(message)),
    ),
  );
}

function introduction(order) {
  const [zh, en] = actorWords(order.actor);
  const until = beijingTime(order.valid_until_us);
  return [
    `${zh} 向登记簿 ${order.log} 提出以下指令，有效至 ${until}（UTC+8）：`,
    `${en[0].toUpperCase()}${en.slice(1)} gives this order to the registry ${order.log}, valid until ${until} (UTC+8):`,
  ];
}

function heading(words) {
  return make('h4', {}, ...inBoth(words));
}

/** Return warnings: what does not fit the facts, the clock, or what a reader can see. */
function warningsOf({ order, private: records = [] }, facts, nowUs) {
  const found = [];
  if (!Object.hasOwn(SENTENCES, order.kind)) {
    found.push(['本页没有这类指令的专用语句，请逐项阅读下表。', 'This page has no sentences for this kind of order: read each line of the table.']);
  }
  if (facts && facts.origin !== order.log) found.push(say('other_log', { log: order.log, origin: facts.origin }));
  if (!facts) found.push(['尚未读入登记信息，未能核对登记簿和规则集。', 'Registry and rule set have not been compared: no registry facts were read.']);
  if (facts && facts.origin === order.log && facts.rules !== order.rules) found.push(NEXT_STEPS[2002]);
  if (order.valid_until_us < nowUs) found.push(NEXT_STEPS[2003]);
  if (order.valid_until_us > nowUs + 30 * DAY_US) found.push(NEXT_STEPS[2004]);
  const texts = [...leavesOf(order), ...records.flatMap(({ record }) => leavesOf(record))];
  if (texts.some(({ path, value }) => [...path, value].some((item) => typeof item === 'string' && isSuspicious(item)))) {
    found.push(['有看不见的或不规范的字符，以 ⟨U+…⟩ 标出。登记系统会拒绝这样的指令。', 'There are invisible or irregular characters, shown as ⟨U+…⟩. The registry refuses such orders.']);
  }
  return found.map((words) => make('p', { class: 'warning', role: 'note' }, ...inBoth(words)));
}

function showSentences(order) {
  const found = sentencesOf(order);
  const list = (language, attributes) =>
    make('ul', { class: 'sentences', ...attributes }, ...found.map((sentence) => make('li', {}, ...shownParts(sentence[language]))));
  return make('div', { class: 'columns' }, list('zh', { lang: 'zh-Hans', id: 'sentences-zh' }), list('en', { lang: 'en', id: 'sentences-en' }));
}

/** Values are bold and isolated, so that no letters of theirs can turn the words around them. */
function shownParts(parts) {
  return parts.map((part) => (typeof part === 'string' ? part : make('bdi', { class: 'filled' }, part.value)));
}

/** Return a table of every leaf of a value: its name, what it means, and how it is recorded. */
function leafTable(id, value) {
  const rows = leavesOf(value).map(({ path, value: leaf }) =>
    make('tr', {}, make('th', { scope: 'row' }, ...shownPath(path)), make('td', {}, ...shownLeaf(path, leaf))),
  );
  return make('table', { id, class: 'leaves' }, make('tbody', {}, ...rows));
}

function shownPath(path) {
  const words = path.map((name, index) => (index === 0 && name === 'body' ? ['内容', 'Content'] : fieldWords(name)));
  const text = (language) => words.map((pair) => pair[language]).join(' › ');
  const recorded = path.map((name) => (typeof name === 'number' ? `[${name}]` : `.${visible(name)}`)).join('');
  return [...inBoth([text(0), text(1)]), make('code', { class: 'path' }, recorded.replace(/^\./, ''))];
}

function shownLeaf(path, leaf) {
  const name = path.findLast((part) => typeof part === 'string') ?? '';
  const meaning = valueWords(name, leaf);
  const recorded = typeof leaf === 'string' ? visible(leaf) : canonicalText(leaf);
  const code = make('bdi', { class: 'recorded' }, recorded);
  if (meaning === undefined) return [code];
  return [make('span', { class: 'meaning' }, ...inBothOrOne(meaning)), ' ', code];
}

function showPrivate(records = []) {
  if (records.length === 0) return [];
  return [
    heading(['随附的私密记录', 'Private records that go along']),
    make('p', {}, ...inBoth(['这些记录只交给登记机构保管，不进入公开账本；指令里只有其承诺值。', 'These go to the registry for safekeeping and not into the public log; the order holds only commitments to them.'])),
    ...records.map((record, index) => leafTable(`private-${index}`, record)),
  ];
}

function showSignatures({ sigs }) {
  const items = sigs.map((sig) =>
    make('li', {}, ...inBoth(sig.alg === 'ed25519' ? ['已核对', 'checked'] : ['通行密钥，由登记系统核对', 'passkey, which the registry will check']), ' ', make('code', {}, sig.key)),
  );
  const none = make('p', {}, ...inBoth(['还没有人签名。', 'Nobody has signed yet.']));
  return [heading(['已有签名', 'Signatures so far']), items.length ? make('ul', { id: 'signatures' }, ...items) : none];
}
