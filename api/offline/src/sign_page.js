// The desk: registry facts, a key, an order, reading, signing, sending. All of it in memory only.

const desk = { facts: undefined, key: undefined, envelope: undefined, form: undefined };

function nowUs() {
  return Date.now() * 1000;
}

async function startDesk() {
  if (!(await browserCanSign())) announce('browser', 'bad', make('p', {}, ...inBoth(say('no_browser'))));
  if (location.protocol.startsWith('http')) byId('address').value = location.origin + location.pathname.replace(/\/[^/]*$/, '');
  byId('facts-file').addEventListener('change', guarded('facts-message', openFacts));
  byId('facts-fetch').addEventListener('click', guarded('facts-message', askFacts));
  onButtonOrEnter('key-open', guarded('key-message', openKey));
  onButtonOrEnter('key-make', guarded('key-message', createKey));
  byId('order-file').addEventListener('change', guarded('order-message', openOrder));
  byId('form-kind').addEventListener('change', guarded('order-message', showForm));
  byId('order-form').addEventListener('submit', guarded('order-message', draftFromForm));
  byId('sign').addEventListener('click', guarded('sign-message', signOrder));
  byId('save').addEventListener('click', guarded('sign-message', saveOrder));
  byId('send').addEventListener('click', guarded('answer', sendOrder));
  byId('form-kind').append(...Object.keys(FORMS).map((kind) => make('option', { value: kind }, kindWords(kind).join(' '))));
}

/** These are no forms: a browser would offer to keep the passphrase. */
function onButtonOrEnter(id, step) {
  byId(id).querySelector('button').addEventListener('click', step);
  for (const field of byId(id).querySelectorAll('[type=password]')) {
    field.addEventListener('keydown', (event) => { if (event.key === 'Enter') step(event); });
  }
}

async function openFacts() {
  const [file] = byId('facts-file').files;
  if (file) takeFacts(readFacts(await bytesOfFile(file)));
}

async function askFacts() {
  takeFacts(await fetchFacts(readAddress(byId('address').value)));
}

function takeFacts(facts) {
  desk.facts = facts;
  const sample = facts.environment === 'demo' ? [make('p', { class: 'warning' }, ...inBoth(['示例登记簿：其中一切无效。', 'A demonstration: nothing in it is valid.']))] : [];
  announce(
    'facts-message',
    'good',
    make('p', {}, make('b', {}, facts.name.map(visible).join(' · '))),
    ...sample,
    make('dl', {}, ...inBothTerm(['来源标识', 'Origin'], facts.origin), ...inBothTerm(['现行规则集', 'Rule set in force'], facts.rules)),
  );
  if (desk.envelope) review();
}

function inBothTerm(words, value) {
  return [make('dt', {}, ...inBoth(words)), make('dd', {}, make('code', {}, value))];
}

async function openKey() {
  const [file] = byId('key-file').files;
  require_(file !== undefined, 'no_file');
  require_(file.size <= KEY_FILE_BYTES_MAX, 'key_file');
  const opened = await openKeyFile(await bytesOfFile(file), byId('passphrase').value);
  byId('passphrase').value = '';
  takeKey(opened.key, opened.encrypted ? [] : [make('p', { class: 'warning' }, ...inBoth(['这个密钥文件没有加密：谁拿到它，谁就能以您的名义签名。', 'This key file is not encrypted: whoever has it can sign in your name.']))]);
}

async function createKey() {
  const passphrase = byId('new-passphrase').value;
  checkPassphrase(passphrase);
  require_(passphrase === byId('new-passphrase-again').value, 'passphrase_differs');
  const { key, pem } = await makeKey(passphrase);
  byId('new-passphrase').value = '';
  byId('new-passphrase-again').value = '';
  const save = () => download(`${key.public.slice(0, 8)}.pem`, pem, 'application/x-pem-file');
  takeKey(key, [
    make('p', { class: 'warning' }, ...inBoth(['请立即保存密钥文件，并另存一份备份。本页关闭后，未保存的密钥就没有了；口令遗失后无法找回。', 'Save the key file now, and keep a copy elsewhere. When this page closes, a key that was not saved is gone; a lost passphrase cannot be recovered.'])),
    make('p', {}, make('button', { type: 'button', id: 'key-save', on: { click: save } }, ...inBoth(['保存密钥文件', 'Save the key file']))),
  ]);
}

function takeKey(key, more) {
  desk.key = key;
  announce('key-message', 'good', make('p', {}, ...inBoth(['密钥已打开。公钥：', 'The key is open. Public key:'])), make('p', {}, make('code', { id: 'public-key' }, key.public)), ...more);
}

async function openOrder() {
  const [file] = byId('order-file').files;
  if (!file) return;
  putAway();
  require_(file.size <= ORDER_FILE_BYTES_MAX, 'order_large');
  lay(await readOrderFile(await bytesOfFile(file)));
}

function showForm() {
  const kind = byId('form-kind').value;
  desk.form = kind ? makeAll(FORMS[kind]) : undefined;
  byId('order-form').hidden = !kind;
  byId('form-fields').replaceChildren(...(desk.form ?? []).map(({ field }) => field.element));
}

function draftFromForm() {
  putAway();
  require_(desk.facts !== undefined, 'no_facts');
  const kind = byId('form-kind').value;
  const plan = BODY_MAKERS[kind](readAll(desk.form), desk.facts);
  lay(draftOrder(desk.facts, { ...plan, kind, days: Number(byId('days').value) }, nowUs()));
}

/** Put an order on the desk: it has to be read before it can be signed. */
function lay(envelope) {
  desk.envelope = envelope;
  byId('have-read').checked = false;
  clear('sign-message');
  clear('answer');
  review();
  byId('reading').scrollIntoView();
  byId('review-title').focus({ preventScroll: true });
}

/** Take the order off the desk, so that a file that cannot be opened never leaves another one. */
function putAway() {
  desk.envelope = undefined;
  byId('reading').hidden = true;
  byId('signing').hidden = true;
}

function review() {
  byId('reading').hidden = false;
  byId('signing').hidden = false;
  showReview(byId('review'), desk.envelope, desk.facts, nowUs());
}

async function signOrder() {
  const { envelope, facts, key } = desk;
  require_(byId('have-read').checked, 'not_read');
  require_(key !== undefined, 'no_key');
  const { log } = envelope.order;
  if (facts) require_(facts.origin === log, 'other_log', { log, origin: facts.origin });
  const signed = await signedBy(envelope, key);
  require_(desk.envelope === envelope, 'no_program');
  desk.envelope = signed;
  review();
  announce('sign-message', 'good', make('p', {}, ...inBoth([`已签名，共 ${signed.sigs.length} 个签名。可以提交，或保存后交给下一位签名人。`, `Signed; ${signed.sigs.length} signature(s) now. Send it, or save it for the next signer.`])));
}

function saveOrder() {
  const { order } = desk.envelope;
  download(`${order.kind}-${order.nonce.slice(-6)}.order`, `${canonicalText(desk.envelope)}\n`, 'application/json');
  announce('sign-message', 'good', make('p', {}, ...inBoth(['已交给浏览器保存。文件含私密记录时，请只交给签名人和登记机构。', 'Handed to the browser to save. If it holds private records, pass it to signers and the registry only.'])));
}

async function sendOrder() {
  const { envelope } = desk;
  require_(envelope.sigs.length > 0, 'no_signature');
  const address = readAddress(byId('address').value);
  byId('send').disabled = true;
  try {
    showAnswer(await postOrder(address, envelope), envelope.order.kind);
  } finally {
    byId('send').disabled = false;
  }
}

function showAnswer({ recorded, refused }, kind) {
  if (refused) {
    const next = nextStep(refused.code);
    announce(
      'answer',
      'bad',
      make('p', {}, make('b', {}, ...inBoth(['没有记账。', 'Not recorded.'])), ' ', make('code', { id: 'refusal-code' }, visible(`${refused.code ?? ''} ${refused.title}`.trim()))),
      make('p', {}, ...inBoth(refused.words.map(visible))),
      ...(next ? [make('p', {}, make('b', {}, ...inBoth(['下一步：', 'Next:'])), ' ', ...inBoth(next))] : []),
    );
    return;
  }
  const first = recorded.again ? ['这份指令此前已经记账。', 'This order was recorded before.'] : ['已记账。', 'Recorded.'];
  const named = ID_OF_KIND[kind] ?? ['条目编号', 'Id of the entry'];
  announce(
    'answer',
    'good',
    make('p', {}, make('b', {}, ...inBoth(first))),
    make('dl', {}, ...inBothTerm(named, visible(recorded.id)), ...inBothTerm(['记账序号', 'Entry'], String(recorded.seq)), ...inBothTerm(['条目摘要', 'Leaf hash'], visible(recorded.leaf_hash))),
    make('p', {}, ...inBoth(['检查点公布后即为最终结果。请记下编号，此后凭它查询。', 'It is final once a checkpoint covers it. Write the id down; you can look it up by it.'])),
  );
}

startDesk();
