// Elements of the page. Whatever comes from a file or a person becomes text, never markup.

function byId(id) {
  return document.getElementById(id);
}

/** Make an element; `on` holds listeners, everything else is an attribute. */
function make(tag, { on = {}, ...attributes } = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== undefined) element.setAttribute(name, value);
  }
  for (const [name, listener] of Object.entries(on)) element.addEventListener(name, listener);
  element.append(...children);
  return element;
}

/** Return a text in both languages, Chinese first. */
function inBoth([zh, en]) {
  return [make('span', { lang: 'zh-Hans', class: 'zh' }, zh), ' ', make('span', { lang: 'en', class: 'en' }, en)];
}

/** Return a pair of words where the languages may agree, as with a name that has no translation. */
function inBothOrOne([zh, en]) {
  return zh === en ? [make('span', {}, zh)] : inBoth([zh, en]);
}

/** Show a message in a live region: what happened, as `good`, `bad` or `plain`. */
function announce(id, tone, ...content) {
  const place = byId(id);
  place.className = `message ${tone}`;
  place.replaceChildren(...content.flat());
}

function clear(id) {
  const place = byId(id);
  place.className = 'message';
  place.replaceChildren();
}

/** Show what went wrong; a fault of the page itself is told as such and goes on to the console. */
function complain(id, error) {
  const known = error instanceof CheckError;
  announce(id, 'bad', make('p', {}, ...inBoth(say(known ? error.code : 'no_program', error.facts))));
  if (!known) setTimeout(() => { throw error; });
}

/** Run a step of the page, telling its failure at a place. */
function guarded(place, step) {
  return async (event) => {
    event?.preventDefault();
    clear(place);
    try {
      await step(event);
    } catch (error) {
      complain(place, error);
    }
  };
}

/** Hand a file to the browser's downloads. */
function download(name, text, type) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = make('a', { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

async function bytesOfFile(file) {
  return new Uint8Array(await file.arrayBuffer());
}
