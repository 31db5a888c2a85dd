// Fields made of fields: groups, lists, and a choice between two ways to say a thing.

/** Return what fields read, without those left blank. */
function readAll(fields) {
  const found = {};
  for (const { spec, field } of fields) {
    const value = field.read();
    if (value !== undefined) found[spec.name] = value;
  }
  return found;
}

function makeAll(specs) {
  return specs.map((spec) => ({ spec, field: makeField(spec) }));
}

/** An object; one that need not be given counts as absent while all its texts are blank. */
function groupField(spec) {
  const fields = makeAll(spec.fields);
  const inner = make('div', { class: 'fields' }, ...fields.map(({ field }) => field.element));
  const star = spec.must ? [make('span', { class: 'must', 'aria-hidden': 'true' }, ' *')] : [];
  // What need not be given is folded away, so that a form shows what it asks for.
  const element = spec.must
    ? make('fieldset', { class: 'group' }, make('legend', {}, ...inBoth(labelOf(spec)), ...star), inner)
    : make('details', { class: 'group' }, make('summary', {}, ...inBoth(labelOf(spec))), inner);
  const controls = () => [...element.querySelectorAll('input:not([type=file]):not([type=checkbox]), textarea')];
  return {
    element,
    read: () => {
      if (!spec.must && controls().every((control) => control.value.trim() === '')) return undefined;
      if (!spec.must) element.open = true;
      const value = readAll(fields);
      if (spec.least && Object.keys(value).length === 0) fail(controls()[0], 'field_missing', spec);
      return value;
    },
  };
}

/** A list of objects, which grows by a button. */
function listField(spec) {
  const items = [];
  const place = make('div', {});
  const add = () => {
    const item = groupField({ ...spec.item, name: items.length, must: true });
    const remove = make('button', { type: 'button', class: 'ghost', on: { click: () => {
      items.splice(items.indexOf(item), 1);
      item.element.remove();
    } } }, ...inBoth(['删除此项', 'Remove']));
    item.element.append(remove);
    items.push(item);
    place.append(item.element);
  };
  for (let count = 0; count < (spec.least ?? 0); count += 1) add();
  return {
    element: make(
      'fieldset',
      { class: 'group list' },
      make('legend', {}, ...inBoth(labelOf(spec))),
      ...(spec.hint ? [make('p', { class: 'hint' }, ...inBoth(spec.hint))] : []),
      place,
      make('button', { type: 'button', class: 'ghost', on: { click: add } }, ...inBoth(spec.add ?? ['增加一项', 'Add one'])),
    ),
    read: () => items.map((item) => item.read()),
  };
}

/** One of several ways; only the chosen one is shown and read. */
function eitherField(spec) {
  const ways = spec.ways.map((way) => ({ ...way, fields: makeAll(way.fields) }));
  const name = `either-${(fieldCount += 1)}`;
  const panels = ways.map((way, index) => make('div', { class: 'fields', hidden: index > 0 }, ...way.fields.map(({ field }) => field.element)));
  let chosen = 0;
  const choose = (index) => {
    chosen = index;
    panels.forEach((panel, other) => { panel.hidden = other !== index; });
  };
  const radios = ways.map((way, index) => {
    const id = `${name}-${index}`;
    const radio = make('input', { type: 'radio', name, id, on: { change: () => choose(index) } });
    radio.checked = index === 0;
    return make('span', { class: 'radio' }, radio, make('label', { for: id }, ...inBoth(way.label)));
  });
  return {
    element: make('fieldset', { class: 'group' }, make('legend', {}, ...inBoth(labelOf(spec))), make('div', { class: 'radios' }, ...radios), ...panels),
    read: () => readAll(ways[chosen].fields),
  };
}
