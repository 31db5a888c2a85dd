// Fields of forms: each is an element and `read()`, which returns a value, or nothing if blank.
// A field that must be filled, or is filled wrongly, says so by a CheckError and takes the focus.

let fieldCount = 0;

const FIELD_MAKERS = {
  text: (spec) => inputField(spec, {}, (text) => text),
  date: (spec) => inputField(spec, { type: 'date' }, (text) => text),
  integer: (spec) =>
    inputField(spec, { inputmode: 'numeric' }, (text) => (/^\d{1,15}$/.test(text) ? Number(text) : undefined)),
  tonnes: (spec) => inputField(spec, { inputmode: 'decimal' }, (text) => readDecimal(text, 3)),
  kilograms: (spec) => inputField(spec, { inputmode: 'decimal' }, (text) => readDecimal(text, 3)),
  yuan: (spec) => inputField(spec, { inputmode: 'decimal' }, (text) => readDecimal(text, 2)),
  id: (spec) => codeField({ ...spec, form: ID_FORM }),
  code: codeField,
  uscc: usccField,
  digest: digestField,
  key: keyField,
  choice: choiceField,
  flag: flagField,
  checks: checksField,
  lines: linesField,
  group: groupField,
  list: listField,
  either: eitherField,
  words: (spec) => groupField({ ...spec, fields: wordsFields(spec), least: true }),
  org: (spec) => groupField({ ...spec, fields: [{ name: 'name', type: 'words', must: true }, { name: 'uscc', type: 'uscc', must: true }] }),
};

function makeField(spec) {
  return FIELD_MAKERS[spec.type](spec);
}

function labelOf(spec) {
  return spec.label ?? fieldWords(spec.name);
}

function wordsFields({ most = 200, long = false }) {
  return ['zh', 'en'].map((name) => ({ name, type: 'text', most, long }));
}

function fail(control, code, spec, facts = {}) {
  const [zh, en] = labelOf(spec);
  const [hint_zh, hint_en] = spec.hint ?? ['', ''];
  control.setAttribute('aria-invalid', 'true');
  control.focus();
  throw new CheckError(code, { zh, en, hint_zh, hint_en, ...facts });
}

/** A labelled control; `read(text)` returns nothing for a text of the wrong form. */
function inputField(spec, attributes, read) {
  const id = `field-${(fieldCount += 1)}`;
  const tag = spec.long ? 'textarea' : 'input';
  const control = make(tag, { id, name: spec.name, autocomplete: 'off', spellcheck: 'false', ...attributes, ...(spec.hint ? { 'aria-describedby': `${id}-hint` } : {}) });
  control.value = spec.value ?? '';
  const hint = spec.hint ? [make('p', { class: 'hint', id: `${id}-hint` }, ...inBoth(spec.hint))] : [];
  return {
    element: make('div', { class: 'field' }, fieldLabel(id, spec), control, ...hint),
    control,
    read: () => {
      const text = control.value.trim();
      control.removeAttribute('aria-invalid');
      if (text === '') return spec.must ? fail(control, 'field_missing', spec) : undefined;
      if (visible(text.replaceAll('\n', '')) !== text.replaceAll('\n', '')) fail(control, 'field_hidden', spec);
      if ([...text].length > (spec.most ?? 200)) fail(control, 'field_long', spec);
      const value = read(text.normalize('NFC'));
      return value === undefined ? fail(control, 'field_form', spec) : value;
    },
  };
}

function fieldLabel(id, spec) {
  const star = spec.must ? [make('span', { class: 'must', 'aria-hidden': 'true' }, ' *')] : [];
  return make('label', { for: id }, ...inBoth(labelOf(spec)), ...star);
}

function codeField(spec) {
  return inputField(spec, { class: 'mono' }, (text) => (spec.form.test(text) ? text : undefined));
}

function usccField(spec) {
  const field = inputField({ most: 18, ...spec }, { class: 'mono', maxlength: '18' }, (text) => text.toUpperCase());
  return {
    ...field,
    read: () => {
      const code = field.read();
      return code === undefined || usccHolds(code) ? code : fail(field.control, 'uscc', spec);
    },
  };
}

/** The SHA-256 of a file: typed, or computed here from the file, which goes nowhere. */
function digestField(spec) {
  const field = codeField({ ...spec, form: SHA256_FORM, hint: ['选择文件即可，文件本身不会上传。', 'Choose the file; it is not sent anywhere.'] });
  const file = make('input', {
    type: 'file',
    'aria-label': `${labelOf(spec)[0]} ${labelOf(spec)[1]}`,
    on: { change: async () => { if (file.files[0]) field.control.value = hexOf(sha256(await bytesOfFile(file.files[0]))); } },
  });
  field.element.append(file);
  return field;
}

/** A public key, with a button for the key that is open in this page. */
function keyField(spec) {
  const field = codeField({ ...spec, form: /^[0-9a-f]{64}$/ });
  const own = () => { if (desk.key) field.control.value = desk.key.public; };
  field.element.append(make('button', { type: 'button', class: 'ghost', on: { click: own } }, ...inBoth(['填入第二步打开的公钥', 'Take the key of step 2'])));
  return field;
}

function choiceField(spec) {
  const id = `field-${(fieldCount += 1)}`;
  const words = (value) => (Object.hasOwn(CHOICE_WORDS, spec.name) ? CHOICE_WORDS[spec.name][value] : undefined) ?? spec.words?.[value] ?? [value, value];
  const options = spec.options.map((value) => make('option', { value }, words(value).join(' ')));
  const control = make('select', { id, name: spec.name }, ...(spec.must ? [] : [make('option', { value: '' }, '—')]), ...options);
  return { element: make('div', { class: 'field' }, fieldLabel(id, spec), control), control, read: () => control.value || undefined };
}

function flagField(spec) {
  const id = `field-${(fieldCount += 1)}`;
  const control = make('input', { type: 'checkbox', id, name: spec.name });
  control.checked = spec.value === true;
  return { element: make('div', { class: 'field tick' }, control, fieldLabel(id, spec)), control, read: () => control.checked };
}

/** Several of a closed list; at least one. */
function checksField(spec) {
  const boxes = spec.options.map((value) => flagField({ name: value, label: CHOICE_WORDS[spec.name][value], value: spec.value === value }));
  return {
    element: make('fieldset', { class: 'field checks' }, make('legend', {}, ...inBoth(labelOf(spec))), ...boxes.map((box) => box.element)),
    read: () => {
      const found = spec.options.filter((_, index) => boxes[index].read()).sort();
      return found.length ? found : fail(boxes[0].control, 'field_missing', spec);
    },
  };
}

/** Lines of text, each of one form. */
function linesField(spec) {
  return inputField({ most: 20_000, ...spec, long: true }, { class: 'mono', rows: '3' }, (text) => {
    const lines = text.split('\n').map((line) => line.trim()).filter(Boolean);
    return lines.every((line) => spec.form.test(line)) ? lines : undefined;
  });
}
