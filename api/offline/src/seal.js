// The seal's signature (CMS, RFC 5652, in the profile of CAdES) and the certificates above it.

const OID = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  signatureTimeStamp: '1.2.840.113549.1.9.16.2.14',
  sha256: '2.16.840.1.101.3.4.2.1',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  ecPublicKey: '1.2.840.10045.2.1',
  p256: '1.2.840.10045.3.1.7',
  commonName: '2.5.4.3',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
};

/**
 * Require that a seal fits the bytes it covers.
 *
 * Returns the certificate that it names, and whether it bears a timestamp, which nobody checks here.
 */
async function checkCms({ cms, covered }) {
  const outer = readDer(cms);
  // The room kept for the signature is filled with zeros.
  require_(cms.subarray(outer.end).every((byte) => byte === 0), 'seal_range');
  const [type, wrapped] = innerDer(outer, 0x30);
  der(derOid(type) === OID.signedData && wrapped?.tag === 0xa0);
  const [version, , content, ...rest] = innerDer(onlyDer(wrapped.content, 0x30));
  der(version?.tag === 0x02 && derOid(innerDer(content, 0x30)[0]) === OID.data);
  der(innerDer(content).length === 1);
  const certificates = innerDer(rest.find((one) => one.tag === 0xa0)).map(readCertificate);
  const signers = innerDer(rest.find((one) => one.tag === 0x31));
  require_(signers.length === 1, 'seal_count', { count: signers.length });
  return checkSigner(innerDer(signers[0], 0x30), certificates, covered);
}

async function checkSigner(signer, certificates, covered) {
  const [, name, digest, attributes, method, signature, unsigned] = signer;
  der(derOid(innerDer(digest, 0x30)[0]) === OID.sha256 && attributes?.tag === 0xa0);
  der(derOid(innerDer(method, 0x30)[0]) === OID.ecdsaWithSha256 && signature?.tag === 0x04);
  const [issuer, serial] = innerDer(name, 0x30);
  const certificate = certificates.find(
    (one) => sameBytes(one.issuer, issuer.whole) && sameBytes(one.serial, serial.whole),
  );
  require_(certificate !== undefined, 'seal_signer');
  const found = signedAttributes(attributes);
  require_(derOid(found.get(OID.contentType)) === OID.data, 'seal_digest');
  const stated = found.get(OID.messageDigest);
  require_(stated?.tag === 0x04 && sameBytes(stated.content, sha256(covered)), 'seal_digest');
  requireNamedCertificate(found.get(OID.signingCertificateV2), certificate);
  // RFC 5652 clause 5.4: what is signed has the tag of a SET, not the one it is stored under.
  const message = attributes.whole.slice();
  message[0] = 0x31;
  require_(await isP256(certificate.point, signature.content, message), 'seal_signature');
  return { certificate, isStamped: unsigned !== undefined && holdsStamp(unsigned) };
}

function holdsStamp(attributes) {
  return innerDer(attributes, 0xa1)
    .some((attribute) => derOid(innerDer(attribute, 0x30)[0]) === OID.signatureTimeStamp);
}

function signedAttributes(attributes) {
  const found = new Map();
  for (const attribute of innerDer(attributes)) {
    const [type, values] = innerDer(attribute, 0x30);
    const all = innerDer(values, 0x31);
    der(all.length === 1 && !found.has(derOid(type)));
    found.set(derOid(type), all[0]);
  }
  return found;
}

/** ESSCertIDv2 (RFC 5035): the signer's certificate by its digest, so that it cannot be exchanged. */
function requireNamedCertificate(attribute, certificate) {
  const [list] = innerDer(attribute, 0x30);
  const [first] = innerDer(list, 0x30);
  const parts = innerDer(first, 0x30);
  // The digest's algorithm is left out when it is SHA-256, its default.
  const explicit = parts[0].tag === 0x30;
  der(!explicit || derOid(innerDer(parts[0])[0]) === OID.sha256);
  const digest = parts[explicit ? 1 : 0];
  require_(digest?.tag === 0x04 && sameBytes(digest.content, sha256(certificate.bytes)), 'seal_signer');
}

/** Read an X.509 certificate (RFC 5280) as far as a seal needs it. */
function readCertificate(value) {
  const [body, , signature] = innerDer(value, 0x30);
  const fields = innerDer(body, 0x30);
  der(fields[0]?.tag === 0xa0 && fields.length >= 7);
  const [, serial, method, issuer, validity, subject, publicKeyInfo] = fields;
  const [notBefore, notAfter] = innerDer(validity, 0x30).map(derTime);
  const [algorithm, bits] = innerDer(publicKeyInfo, 0x30);
  const [kind, curve] = innerDer(algorithm, 0x30).map(derOid);
  const isCurve = kind === OID.ecPublicKey && curve === OID.p256 && bits.content.length === 66;
  return {
    bytes: value.whole,
    signed: body.whole,
    signature: signature.content.subarray(1),
    method: derOid(innerDer(method, 0x30)[0]),
    serial: serial.whole,
    issuer: issuer.whole,
    subject: subject.whole,
    name: commonName(subject),
    notBefore,
    notAfter,
    point: isCurve ? bits.content.subarray(1) : null,
    extensions: readExtensions(fields.find((one) => one.tag === 0xa3)),
  };
}

function readExtensions(wrapped) {
  const found = new Map();
  if (wrapped === undefined) return found;
  for (const extension of innerDer(onlyDer(wrapped.content, 0x30))) {
    const parts = innerDer(extension, 0x30);
    const critical = parts[1].tag === 0x01 && parts[1].content[0] === 0xff;
    found.set(derOid(parts[0]), { critical, value: onlyDer(parts.at(-1).content) });
  }
  return found;
}

function commonName(subject) {
  for (const set of innerDer(subject, 0x30)) {
    const [type, value] = innerDer(innerDer(set, 0x31)[0], 0x30);
    if (derOid(type) === OID.commonName) return textOf(value.content);
  }
  return '';
}

function isAuthority(certificate) {
  const constraints = certificate.extensions.get(OID.basicConstraints);
  return constraints !== undefined && innerDer(constraints.value, 0x30)[0]?.content[0] === 0xff;
}

/** Require that a seal's certificate is directly under a root and held at the moment of sealing. */
async function requireUnder(certificate, root, at) {
  for (const one of [certificate, root]) {
    require_(one.notBefore <= at && at <= one.notAfter, 'seal_expired', { name: one.name });
    const strange = Array.from(one.extensions).find(([oid, { critical }]) =>
      critical && oid !== OID.keyUsage && oid !== OID.basicConstraints);
    require_(strange === undefined && one.method === OID.ecdsaWithSha256, 'seal_root');
  }
  require_(isAuthority(root) && !isAuthority(certificate), 'seal_root');
  require_(sameBytes(certificate.issuer, root.subject), 'seal_root');
  require_(await isP256(root.point, certificate.signature, certificate.signed), 'seal_root');
}

/** Read a list of revoked certificates (RFC 5280, clause 5); who signed it is asked apart. */
function readRevocations(bytes) {
  const [body, method, signature] = innerDer(onlyDer(bytes, 0x30));
  der(derOid(innerDer(method, 0x30)[0]) === OID.ecdsaWithSha256 && signature?.tag === 0x03);
  const fields = innerDer(body, 0x30);
  const dates = fields.filter((one) => one.tag === 0x17 || one.tag === 0x18);
  der(dates.length === 1 || dates.length === 2);
  const listed = fields.slice(fields.indexOf(dates.at(-1)) + 1).find((one) => one.tag === 0x30);
  const entries = listed === undefined ? [] : innerDer(listed);
  return {
    signed: body.whole,
    signature: signature.content.subarray(1),
    at: derTime(dates[0]),
    // Whoever promises no next list is believed only at once.
    until: derTime(dates.at(-1)),
    entries: entries.map((one) => {
      const [serial, when] = innerDer(one, 0x30);
      return { serial: serial.whole, at: derTime(when) };
    }),
  };
}

/**
 * Require that a seal is not on the list that its root signed, and that the list is not outdated.
 *
 * A revoked seal stays good for what it sealed before, which only a timestamp can say; those are
 * not checked here, so the question is left open. Without one nothing can say so.
 */
async function requireNotRevoked({ certificate, isStamped }, root, listed) {
  require_(await isP256(root.point, listed.signature, listed.signed), 'revocations_root');
  const entry = listed.entries.find((one) => sameBytes(one.serial, certificate.serial));
  const at = beijingDate((entry ?? listed).at * 1000);
  if (entry !== undefined) {
    require_(isStamped, 'seal_revoked_undated', { at });
    throw new NotChecked('seal_revoked', { at });
  }
  if (listed.until < Date.now()) throw new NotChecked('list_outdated', { at });
}

/** Return the one certificate of a PEM file. */
function parsePemCertificate(text) {
  const found = /^-----BEGIN CERTIFICATE-----\n([A-Za-z0-9+/=\n]+)\n-----END CERTIFICATE-----\n?$/
    .exec(text.replaceAll('\r\n', '\n').trim());
  require_(found !== null, 'pem');
  return readCertificate(onlyDer(bytesOfBase64(found[1].replaceAll('\n', '')), 0x30));
}
