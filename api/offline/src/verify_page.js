// What the page does: it takes files, keeps them in memory, and checks all of them again each time.

const PAGE_SOURCE = `<!doctype html>\n${document.documentElement.outerHTML}\n`;
const dropped = [];
let results = [];
let given = nothingGiven();
let rejected = [];
let running = Promise.resolve();

/** Take files or a pasted text, and check everything anew. */
function takeAll(items) {
  dropped.push(...items);
  running = running.then(checkDropped);
  return running;
}

async function checkDropped() {
  tell(say(TEXTS.working));
  given = nothingGiven();
  given.witnessedAfter = askedSince(byId('fresh').value);
  rejected = [];
  for (const item of [...embeddedTrust(), ...dropped]) {
    try {
      await takeMaterial(given, item.bytes, item.name);
    } catch (error) {
      rejected.push({ name: item.name, ...answerFor(error) });
    }
  }
  results = await checkAll(given, (part) => {
    tell(say(TEXTS.reading, { percent: Math.floor(100 * part) }));
    Object.assign(byId('progress'), { hidden: false, value: part });
  });
  byId('progress').hidden = true;
  show();
  tell(results.map((one) => `${say(TEXTS[one.kind])} ${one.title ?? ''}: ${say(TEXTS[one.verdict])}`)
    .concat(rejected.map((one) => `${one.name}: ${say(TEXTS.rejected)}`)).join('; '));
}

/** Return the files that the operator of this page built into it; usually none. */
function embeddedTrust() {
  const trust = JSON.parse(byId('trust').textContent);
  return Object.entries(trust).filter(([, text]) => text !== null)
    .map(([name, text]) => ({ name, bytes: utf8(text) }));
}

function tell(text) {
  byId('status').textContent = text;
}

function show() {
  document.documentElement.lang = language === 'zh' ? 'zh-Hans' : 'en';
  document.title = `${say(TEXTS.title)} · ${say(TEXTS.brand)}`;
  for (const node of document.querySelectorAll('[data-text]')) {
    node.textContent = say(TEXTS[node.dataset.text]);
  }
  for (const button of document.querySelectorAll('[data-language]')) {
    button.setAttribute('aria-pressed', String(button.dataset.language === language));
  }
  byId('trusted').replaceChildren(trustView(given));
  const refused = rejected.map((one) => element('p', { class: 'rejected' },
    element('b', {}, `${one.name} · ${say(TEXTS.rejected)}`), ' ', reasonOf(one)));
  const found = results.map(resultView);
  const nothing = element('p', { class: 'small' }, say(TEXTS.nothing));
  byId('found').replaceChildren(...(refused.length + found.length > 0 ? [...refused, ...found] : [nothing]));
}

async function filesOf(list) {
  return Promise.all(Array.from(list, async (file) => ({
    name: file.name, bytes: new Uint8Array(await file.arrayBuffer()),
  })));
}

/** Return midnight in Beijing of a date as POSIX seconds, or null. */
function askedSince(date) {
  return date === '' ? null : BigInt(Date.parse(`${date}T00:00:00+08:00`) / 1000);
}

/** Take a static log's checkpoint and tiles; a folder from its operator brings no policy of its own. */
async function takeFolder(list) {
  const files = await Promise.all(Array.from(list, async (file) => ({
    name: file.webkitRelativePath, bytes: new Uint8Array(await file.arrayBuffer()),
  })));
  await takeAll(files.filter(({ name }) => placeInLog(name) !== null || CHECKPOINT_PATH.test(name)));
  byId('results').focus();
}

async function takeFiles(list) {
  const files = await filesOf(list);
  await takeAll(files);
  byId('results').focus();
}

function takePasted() {
  const field = byId('pasted');
  if (field.value.trim() === '') return;
  takeAll([{ name: say(TEXTS.paste), bytes: utf8(field.value) }]);
  field.value = '';
}

function clearAll() {
  dropped.length = 0;
  results = [];
  takeAll([]);
}

function showPageDigest() {
  byId('digest').replaceChildren(
    element('code', {}, sha256Hex(utf8(PAGE_SOURCE))), element('span', {}, say(TEXTS.page_digest_why)),
  );
}

function start() {
  const zone = byId('zone');
  for (const name of ['dragenter', 'dragover']) {
    zone.addEventListener(name, (event) => {
      event.preventDefault();
      zone.classList.add('over');
    });
  }
  zone.addEventListener('dragleave', () => zone.classList.remove('over'));
  zone.addEventListener('drop', (event) => {
    event.preventDefault();
    zone.classList.remove('over');
    takeFiles(event.dataTransfer.files);
  });
  byId('files').addEventListener('change', (event) => {
    takeFiles(event.target.files).then(() => { event.target.value = ''; });
  });
  byId('folder').addEventListener('change', (event) => {
    takeFolder(event.target.files).then(() => { event.target.value = ''; });
  });
  byId('fresh').addEventListener('change', () => takeAll([]));
  byId('take').addEventListener('click', takePasted);
  byId('clear').addEventListener('click', clearAll);
  byId('page-digest').addEventListener('click', showPageDigest);
  for (const button of document.querySelectorAll('[data-language]')) {
    button.addEventListener('click', () => {
      language = button.dataset.language;
      show();
    });
  }
  language = (navigator.language ?? 'zh').toLowerCase().startsWith('zh') ? 'zh' : 'en';
  takeAll([]);
}

start();
