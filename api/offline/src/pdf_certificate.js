// A certificate's file: six attachments (seven in a corrected copy), nothing that acts, one seal.

const ATTACHED_ENTRY = 'entry.json';
const ATTACHED_PROOF = 'entry.tlog-proof';
const ATTACHED_REGISTRY = 'registry.json';
const ATTACHED_STATE = 'status.state-proof';
const ATTACHED_CREDENTIAL = 'credential.json';
const ATTACHED_CODE = 'statement.cose';
const ATTACHED = [
  ATTACHED_ENTRY, ATTACHED_PROOF, ATTACHED_REGISTRY, ATTACHED_STATE, ATTACHED_CREDENTIAL, ATTACHED_CODE,
];
const ATTACHED_ERRATA = 'errata.state-proof';
const ATTACHED_OUTLINE = 'outline.state-proof';
const ATTACHMENT_BYTES_MAX = 2_000_000;
const ACTING_KEYS = ['AA', 'JS', 'JavaScript', 'OpenAction', 'PA', 'RichMedia', 'URI', 'XFA'];
const ACTING_TYPES = new Set([
  'GoTo', 'GoTo3DView', 'GoToE', 'GoToR', 'Hide', 'ImportData', 'JavaScript', 'Launch', 'Movie',
  'Named', 'Rendition', 'ResetForm', 'RichMediaExecute', 'SetOCGState', 'Sound', 'SubmitForm',
  'Thread', 'Trans', 'URI',
]);
const SEAL_FIELD = 'RegistrySeal';
const SEALED_CATALOG_KEYS = ['Perms'];
const SEALED_FIELD_KEYS = ['AP', 'V'];

/** Open a certificate and return its attachments and its one seal. */
async function openCertificate(bytes) {
  const pdf = await readPdf(bytes);
  const root = pdfValue(pdf, pdf.sections[1].dictionary.get('Root'));
  pdfRequire(root instanceof Map);
  requireStill(pdf);
  const attachments = await readAttachments(pdf, root);
  return { pdf, root, attachments };
}

/** Refuse everything that would make a reader act; our pages hold not even a link. */
function requireStill(pdf) {
  for (const value of [...pdf.objects.values(), ...pdf.older.values()]) {
    for (const dictionary of pdfDictionaries(value)) {
      const type = dictionary.get('S')?.name;
      const acting = ACTING_KEYS.find((key) => dictionary.has(key))
        ?? (ACTING_TYPES.has(type) || dictionary.get('Type')?.name === 'Action' ? type : undefined);
      require_(acting === undefined, 'pdf_acts', { what: acting });
    }
  }
}

function* pdfDictionaries(value) {
  if (value?.dictionary instanceof Map) yield* pdfDictionaries(value.dictionary);
  else if (Array.isArray(value)) for (const item of value) yield* pdfDictionaries(item);
  else if (value instanceof Map) {
    yield value;
    for (const item of value.values()) yield* pdfDictionaries(item);
  }
}

async function readAttachments(pdf, root) {
  const names = pdfValue(pdf, root.get('Names'));
  const files = pdfValue(pdf, names?.get('EmbeddedFiles'));
  require_(files instanceof Map && Array.from(files.keys()).join() === 'Names', 'pdf_attachments');
  const plain = Array.from(names.keys()).every((key) => key === 'Dests' || key === 'EmbeddedFiles');
  require_(plain, 'pdf_attachments');
  const listed = pdfValue(pdf, files.get('Names'));
  require_(Array.isArray(listed) && listed.length <= 2 * ATTACHED.length + 4, 'pdf_attachments');
  const found = new Map();
  for (let at = 0; at < listed.length; at += 2) {
    const specification = pdfValue(pdf, listed[at + 1]);
    const name = pdfValue(pdf, specification.get('UF') ?? specification.get('F'));
    const stream = pdfValue(pdf, pdfValue(pdf, specification.get('EF')).get('F'));
    const content = await pdfStreamContent(stream);
    require_(content.length <= ATTACHMENT_BYTES_MAX, 'pdf_attachments');
    found.set(pdfString(name.string), content);
  }
  const further = [ATTACHED_ERRATA, ATTACHED_OUTLINE].filter((name) => found.has(name));
  const expected = [...ATTACHED, ...further];
  const complete = listed.length === 2 * expected.length && found.size === expected.length;
  require_(complete && ATTACHED.every((name) => found.has(name)), 'pdf_attachments');
  const embedded = Array.from(pdf.objects.values())
    .filter((value) => value?.dictionary?.get('Type')?.name === 'EmbeddedFile');
  require_(embedded.length === expected.length, 'pdf_attachments');
  return found;
}

/** Return the text of a PDF string: UTF-16 behind its mark, else single bytes. */
function pdfString(bytes) {
  if (bytes[0] === 0xfe && bytes[1] === 0xff) {
    let text = '';
    for (let at = 2; at + 1 < bytes.length; at += 2) {
      text += String.fromCharCode(bytes[at] * 256 + bytes[at + 1]);
    }
    return text;
  }
  return latin1(bytes);
}

/** Return the one seal: its bytes, what it covers, and when it says that it was made. */
function readSeal({ pdf, root }) {
  const signatures = Array.from(pdf.objects.values()).filter(
    (value) => value instanceof Map && (value.has('ByteRange') || value.get('Type')?.name === 'Sig'),
  );
  require_(signatures.length === 1, 'seal_count', { count: signatures.length });
  const [seal] = signatures;
  const form = pdfValue(pdf, root.get('AcroForm'));
  const fields = pdfValue(pdf, form?.get('Fields'));
  require_(Array.isArray(fields) && fields.length === 1, 'seal_form');
  const field = pdfValue(pdf, fields[0]);
  const permissions = pdfValue(pdf, root.get('Perms'));
  const certified = permissions instanceof Map
    && Array.from(permissions.keys()).join() === 'DocMDP'
    && pdfValue(pdf, permissions.get('DocMDP')) === seal
    && pdfValue(pdf, field.get('V')) === seal;
  require_(certified && pdfString(field.get('T')?.string ?? []) === SEAL_FIELD, 'seal_form');
  require_(seal.get('SubFilter')?.name === 'ETSI.CAdES.detached', 'seal_form');
  require_(allowsNoChange(pdf, seal), 'seal_form');
  requireOnlySealed(pdf, fields[0], field);
  return { ...coveredBy(pdf.bytes, seal), at: pdfDate(seal.get('M')) };
}

function allowsNoChange(pdf, seal) {
  const references = pdfValue(pdf, seal.get('Reference'));
  if (!Array.isArray(references) || references.length !== 1) return false;
  const reference = pdfValue(pdf, references[0]);
  const parameters = pdfValue(pdf, reference.get('TransformParams'));
  return reference.get('TransformMethod')?.name === 'DocMDP' && parameters?.get('P') === 1;
}

/** The seal's section may touch the catalog and the seal's field, and in them only the seal. */
function requireOnlySealed(pdf, fieldRef, field) {
  const rootRef = pdf.sections[1].dictionary.get('Root');
  const same = pdf.sections[0].dictionary.get('Root')?.ref === rootRef.ref
    && pdf.older.size === 2
    && sameBut(pdf, rootRef.ref, SEALED_CATALOG_KEYS)
    && sameBut(pdf, fieldRef.ref, SEALED_FIELD_KEYS)
    && !pdf.older.get(fieldRef.ref).has('V');
  const drawn = pdfValue(pdf, pdfValue(pdf, field.get('AP'))?.get('N'));
  const blank = drawn?.dictionary !== undefined && drawn.dictionary.get('Length') === 3
    && latin1(drawn.bytes.subarray(drawn.start, drawn.start + 3)) === 'q Q';
  require_(same && blank, 'seal_section');
}

function sameBut(pdf, number, keys) {
  const [now, before] = [pdf.objects.get(number), pdf.older.get(number)].map((value) => {
    if (!(value instanceof Map)) return undefined;
    return pdfText(new Map(Array.from(value).filter(([key]) => !keys.includes(key))));
  });
  return now !== undefined && now === before;
}

/** Require that a seal covers every byte but its own, and return both. */
function coveredBy(bytes, seal) {
  const range = seal.get('ByteRange');
  const contents = seal.get('Contents');
  const whole = Array.isArray(range) && range.length === 4 && range[0] === 0
    && range[1] === contents?.from && range[2] === contents.to
    && range[2] + range[3] === bytes.length;
  require_(whole, 'seal_range');
  // Blanks between the digits, or another spelling of them, would be bytes that nothing covers.
  const spelled = utf8(`<${hexOf(contents.string).toUpperCase()}>`);
  require_(sameBytes(bytes.subarray(contents.from, contents.to), spelled), 'seal_range');
  const covered = joined(bytes.subarray(0, range[1]), bytes.subarray(range[2]));
  return { cms: contents.string, covered };
}

function pdfDate(value) {
  const found = /^D:([0-9]{14})Z(?:00'00'?)?$/.exec(pdfString(value?.string ?? []));
  require_(found !== null, 'seal_form');
  const [year, month, day, hour, minute, second] = found[1].match(/^(....)(..)(..)(..)(..)(..)$/)
    .slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
