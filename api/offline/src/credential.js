// The attached credential (W3C VC 2.0 with Data Integrity eddsa-jcs-2022): signed by the service
// that entry 0 names, and of the same facts as the entry.

const BASE58_DIGITS = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const CREDENTIALS_V2 = 'https://www.w3.org/ns/credentials/v2';
const STATUS_LIST_SIZE = 131_072;

/** Write bytes in base58 behind its letter z. */
function multibaseOf(bytes) {
  let digits = '';
  for (let left = BigInt(`0x0${hexOf(bytes)}`); left > 0n; left /= 58n) {
    digits = BASE58_DIGITS[Number(left % 58n)] + digits;
  }
  const zeros = bytes.findIndex((byte) => byte !== 0);
  return `z${'1'.repeat(zeros === -1 ? bytes.length : zeros)}${digits}`;
}

/** Return the 64 bytes of a signature in base58, which must be in its one spelling. */
function signatureOfMultibase(text) {
  require_(typeof text === 'string' && /^z[1-9A-HJ-NP-Za-km-z]{1,120}$/.test(text), 'credential_form');
  let number = 0n;
  for (const digit of text.slice(1)) number = number * 58n + BigInt(BASE58_DIGITS.indexOf(digit));
  const bytes = bytesOfHex(number.toString(16).padStart(128, '0'));
  require_(bytes.length === 64 && multibaseOf(bytes) === text, 'credential_form');
  return bytes;
}

/** Return the one key that entry 0 names for the service that issues certificates. */
function serviceKeyOf(opening) {
  const keys = opening.outcome.rows.filter(({ key, value }) => key.startsWith('key/')
    && value.service === 'certificates' && value.alg === 'ed25519');
  require_(keys.length === 1, 'service_key');
  return bytesOfHex(keys[0].key.slice(4));
}

/** Check a credential's proof by a key, and return the credential without it. */
async function readCredential(bytes, publicKeyBytes) {
  const { proof, ...document } = parseCanonical(bytes);
  require_(isObject(proof), 'credential_form');
  const { proofValue, ...options } = proof;
  const name = multibaseOf(joined(Uint8Array.of(0xed, 0x01), publicKeyBytes));
  const expected = {
    '@context': document['@context'],
    created: document.validFrom,
    cryptosuite: 'eddsa-jcs-2022',
    proofPurpose: 'assertionMethod',
    type: 'DataIntegrityProof',
    verificationMethod: `did:key:${name}#${name}`,
  };
  require_(canonicalText(options) === canonicalText(expected), 'credential_key');
  const signed = joined(sha256(canonicalBytes(options)), sha256(canonicalBytes(document)));
  const signature = signatureOfMultibase(proofValue);
  require_(await isEd25519(publicKeyBytes, signature, signed), 'credential_signature');
  return document;
}

/** Require that a credential states the facts of its entry. */
function requireSameFacts(document, { statement, entry, opening, bytes }) {
  const { credentialSubject: subject, credentialStatus: status } = document;
  require_(document['@context']?.[0] === CREDENTIALS_V2 && isObject(subject), 'credential_form');
  const registry = rowOf(opening, 'registry');
  const time = new Date(Math.floor(entry.at_us / 1e6) * 1000).toISOString().replace('.000Z', 'Z');
  const expected = {
    certificateKind: statement.kind,
    certificateNumber: statement.number,
    concerning: namesOfStatement(statement),
    logEntry: {
      leafHash: hexOf(leafHash(bytes)), log: registry.origin, position: entry.seq, recordedAt: time,
    },
    quantityKg: statement.quantityKg,
    sample: registry.environment !== 'production',
    serialNumbers: statement.serials.toSorted(),
  };
  const stated = Object.fromEntries(Object.keys(expected).map((name) => [name, subject[name] ?? null]));
  stated.serialNumbers = (subject.units ?? []).flatMap((unit) => unit.serialNumbers).toSorted();
  require_(canonicalText(stated) === canonicalText(expected), 'credential_other');
  const bits = Array.isArray(status) && status.length === 3
    && status.every((one) => one.statusListIndex === String(entry.seq % STATUS_LIST_SIZE));
  require_(bits && document.validFrom === time, 'credential_other');
}

/** Return the name that stands large on the page, by language. */
function namesOfStatement({ kind, row }) {
  const name = kind === 'RT' ? row.beneficiary.org?.name : row.name;
  if (name === undefined) {
    return { en: 'natural person, identity withheld', 'zh-Hans': '自然人（身份见本人所持文件）' };
  }
  const { zh, en } = name;
  return { ...(en ? { en } : {}), ...(zh ? { 'zh-Hans': zh } : {}) };
}

/** Return the name as a code holds it: the Chinese one, cut at a whole character if it is long. */
function shortenedName(statement) {
  const names = namesOfStatement(statement);
  const name = names['zh-Hans'] ?? names.en;
  if (utf8(name).length <= 60) return name;
  let kept = '';
  for (const letter of name) {
    if (utf8(kept + letter).length > 57) break;
    kept += letter;
  }
  return `${kept}…`;
}

/** Require that a code's claims are those of an entry. */
function requireSameClaims(claims, statement, entry) {
  const same = claims.number === statement.number && claims.quantityKg === statement.quantityKg
    && claims.date === beijingDate(entry.at_us) && claims.beneficiary === shortenedName(statement);
  require_(same, 'code_other', { number: claims.number });
}
