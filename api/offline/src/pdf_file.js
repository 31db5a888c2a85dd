// A PDF file as a whole: two sections (the page, and the seal appended to it), and its objects.

const PDF_BYTES_MAX = 10_000_000;
const PDF_INFLATED_MAX = 20_000_000;
const PDF_ARCHIVE_TAIL = 65_536;
const PDF_OBJECTS_MAX = 20_000;

/**
 * Refuse a file with more sections than a page and its seal.
 *
 * One that says it ends in an archive timestamp may be an extended paper, which is not judged here:
 * it is called unchecked, never good.
 */
function refuseSections(bytes) {
  const end = latin1(bytes.subarray(-PDF_ARCHIVE_TAIL));
  if (end.includes('/Type /DocTimeStamp')) throw new NotChecked('pdf_extended');
  require_(false, 'pdf_sections');
}

/** Read a file's two cross-reference streams and all its objects. */
async function readPdf(bytes) {
  require_(bytes.length <= PDF_BYTES_MAX, 'pdf_size');
  require_(latin1(bytes.subarray(0, 7)) === '%PDF-1.', 'pdf_none');
  const tail = /\nstartxref\n([0-9]+)\n%%EOF\n$/.exec(latin1(bytes.subarray(-64)));
  require_(tail !== null, 'pdf_end');
  const sections = [];
  let offset = Number(tail[1]);
  while (offset !== undefined) {
    if (sections.length === 2) refuseSections(bytes);
    const section = await readPdfSection(bytes, offset);
    const previous = section.dictionary.get('Prev');
    pdfRequire(previous === undefined || (Number.isInteger(previous) && previous < offset));
    sections.unshift(section);
    offset = previous;
  }
  if (sections.length !== 2 || countOfEnds(bytes) !== 2) refuseSections(bytes);
  require_(!sections.some((one) => one.dictionary.has('Encrypt')), 'pdf_encrypted');
  const pdf = { bytes, sections, packs: new Map(), objects: new Map() };
  await readPdfObjects(pdf);
  return pdf;
}

/** Count end marks that stand on lines of their own; those inside compressed streams do not. */
function countOfEnds(bytes) {
  let count = 0;
  const mark = utf8('\n%%EOF');
  for (let at = indexOfBytes(bytes, mark); at >= 0; at = indexOfBytes(bytes, mark, at + 1)) count += 1;
  return count;
}

/** Read one cross-reference stream (ISO 32000-2 clause 7.5.8). */
async function readPdfSection(bytes, offset) {
  const { number, value } = readPdfObject(bytes, offset);
  const { dictionary } = value;
  pdfRequire(dictionary instanceof Map && dictionary.get('Type')?.name === 'XRef');
  pdfRequire(!dictionary.has('XRefStm'));
  const table = await pdfStreamContent(value);
  const widths = dictionary.get('W');
  pdfRequire(Array.isArray(widths) && widths.length === 3 && widths.every((one) => isCount(one)));
  const wide = widths[0] + widths[1] + widths[2];
  const index = dictionary.get('Index') ?? [0, dictionary.get('Size')];
  const entries = new Map();
  let at = 0;
  for (let part = 0; part < index.length; part += 2) {
    for (let step = 0; step < index[part + 1]; step += 1, at += wide) {
      pdfRequire(at + wide <= table.length && entries.size < PDF_OBJECTS_MAX);
      const one = index[part] + step;
      pdfRequire(!entries.has(one));
      entries.set(one, {
        type: widths[0] === 0 ? 1 : bigEndian(table, at, widths[0]),
        where: bigEndian(table, at + widths[0], widths[1]),
        place: bigEndian(table, at + widths[0] + widths[1], widths[2]),
      });
    }
  }
  pdfRequire(at === table.length);
  return { dictionary, entries, number };
}

function bigEndian(bytes, at, length) {
  let value = 0;
  for (let step = 0; step < length; step += 1) value = value * 256 + bytes[at + step];
  return value;
}

/** Read every object of both sections; the older one of an object that was written twice is kept. */
async function readPdfObjects(pdf) {
  pdf.older = new Map();
  for (const [order, section] of pdf.sections.entries()) {
    for (const [number, entry] of section.entries) {
      pdfRequire(entry.type <= 2);
      if (entry.type === 0) {
        pdfRequire(order === 0 || number === 0);
      } else {
        if (pdf.objects.has(number)) pdf.older.set(number, pdf.objects.get(number));
        pdf.objects.set(number, await readPdfEntry(pdf, section, number, entry));
      }
    }
  }
}

async function readPdfEntry(pdf, section, number, entry) {
  if (entry.type === 1) {
    const found = readPdfObject(pdf.bytes, entry.where);
    pdfRequire(found.number === number);
    return found.value;
  }
  const pack = await readPdfPack(pdf, section, entry.where);
  pdfRequire(pack[entry.place]?.number === number);
  return pack[entry.place].value;
}

/** Read all objects of an object stream (ISO 32000-2 clause 7.5.7). */
async function readPdfPack(pdf, section, number) {
  const where = section.entries.get(number);
  pdfRequire(where?.type === 1);
  if (pdf.packs.has(where.where)) return pdf.packs.get(where.where);
  const { value } = readPdfObject(pdf.bytes, where.where);
  pdfRequire(value.dictionary?.get('Type')?.name === 'ObjStm');
  const bytes = await pdfStreamContent(value);
  const first = value.dictionary.get('First');
  pdfRequire(isCount(first) && first <= bytes.length);
  const heads = latin1(bytes.subarray(0, first)).trim().split(/\s+/).map(Number);
  pdfRequire(heads.length === 2 * value.dictionary.get('N') && heads.every(isCount));
  const pack = [];
  for (let at = 0; at < heads.length; at += 2) {
    const reader = { bytes, at: first + heads[at + 1] };
    pack.push({ number: heads[at], value: readPdfValue(reader) });
  }
  pdf.packs.set(where.where, pack);
  return pack;
}

/** Follow a reference to the newest value. */
function pdfValue(pdf, value) {
  for (let steps = 0; value?.ref !== undefined; steps += 1) {
    pdfRequire(steps < PDF_DEPTH_MAX && pdf.objects.has(value.ref));
    value = pdf.objects.get(value.ref);
  }
  return value;
}

/** Return a stream's content, decompressed; our files know one filter, and one predictor. */
async function pdfStreamContent(stream) {
  const { dictionary, start, bytes } = stream;
  const length = dictionary.get('Length');
  pdfRequire(isCount(length) && start + length <= bytes.length);
  const behind = latin1(bytes.subarray(start + length, start + length + 11));
  pdfRequire(/^\r?\n?endstream/.test(behind));
  const raw = bytes.subarray(start, start + length);
  const filter = dictionary.get('Filter');
  const [name] = Array.isArray(filter) ? filter : [filter];
  if (name === undefined) return raw;
  pdfRequire(name.name === 'FlateDecode' && (!Array.isArray(filter) || filter.length === 1));
  const parameters = [dictionary.get('DecodeParms')].flat()[0];
  return unpredicted(await inflated(raw), parameters);
}

async function inflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  const parts = [];
  let size = 0;
  try {
    for (const reader = stream.getReader(); ;) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.length;
      pdfRequire(size <= PDF_INFLATED_MAX);
      parts.push(value);
    }
  } catch {
    throw new CheckError('pdf_syntax');
  }
  return joined(...parts);
}

/** Undo the PNG predictors None and Up, which writers use for tables. */
function unpredicted(bytes, parameters) {
  const predictor = parameters instanceof Map ? parameters.get('Predictor') ?? 1 : 1;
  if (predictor === 1) return bytes;
  const columns = parameters.get('Columns') ?? 1;
  pdfRequire(predictor >= 10 && isCount(columns) && bytes.length % (columns + 1) === 0);
  const rows = bytes.length / (columns + 1);
  const plain = new Uint8Array(rows * columns);
  for (let row = 0; row < rows; row += 1) {
    const kind = bytes[row * (columns + 1)];
    pdfRequire(kind === 0 || kind === 2);
    for (let at = 0; at < columns; at += 1) {
      const above = kind === 2 && row > 0 ? plain[(row - 1) * columns + at] : 0;
      plain[row * columns + at] = bytes[row * (columns + 1) + 1 + at] + above;
    }
  }
  return plain;
}
