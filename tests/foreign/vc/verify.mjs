// Verifies credentials with Digital Bazaar's libraries, without network.
//
// Reads {"credentials": […], "documents": {address: document}, "now"} from standard input and
// writes one answer for each credential: {verified, errors, statuses, terms}.

import { readFileSync } from 'node:fs';

import { named as credentialsContexts } from '@digitalbazaar/credentials-context';
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import { createVerifyCryptosuite } from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import { checkStatus } from '@digitalbazaar/vc-bitstring-status-list';
import jsonld from 'jsonld';

const given = JSON.parse(readFileSync(0, 'utf8'));
const known = new Map([...Array.from(credentialsContexts.values(), ({ id, context }) => [id, context]), ...Object.entries(given.documents)]);
const suite = new DataIntegrityProof({ cryptosuite: createVerifyCryptosuite() });

/** A did:key is its own document (did:key 0.9, clause 3.1). */
function keyDocument(url) {
  const [did, method] = url.split('#');
  const key = did.slice('did:key:'.length);
  const id = `${did}#${key}`;
  const verificationMethod = {
    '@context': 'https://w3id.org/security/multikey/v1',
    id, type: 'Multikey', controller: did, publicKeyMultibase: key,
  };
  if (method !== undefined) return verificationMethod;
  return {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    id: did, verificationMethod: [verificationMethod], assertionMethod: [id],
  };
}

async function documentLoader(url) {
  const document = url.startsWith('did:key:') ? keyDocument(url) : known.get(url);
  if (document === undefined) throw new Error(`not given: ${url}`);
  return { contextUrl: null, documentUrl: url, document };
}

/** In safe mode a term that no context knows is an error, where it would be dropped silently. */
async function termsOf(credential) {
  try {
    const [expanded] = await jsonld.expand(credential, { documentLoader, safe: true });
    return Object.keys(expanded).length;
  } catch (error) {
    return String(error.message);
  }
}

function messagesOf(error) {
  if (error === undefined) return [];
  const inner = error.errors ?? error.cause ?? [];
  return [error.message, ...[inner].flat().flatMap(messagesOf)].filter(Boolean);
}

const answers = [];
for (const credential of given.credentials) {
  const result = await vc.verifyCredential({
    credential, suite, documentLoader, now: given.now,
    checkStatus: (options) => checkStatus({ ...options, suite, documentLoader, verifyMatchingIssuers: true }),
  });
  const { verified, error, statusResult } = result;
  const errors = [...messagesOf(error), ...messagesOf(statusResult?.error)];
  const statuses = Object.fromEntries((statusResult?.results ?? []).map(
    ({ credentialStatus, status }) => [credentialStatus?.statusPurpose, status],
  ));
  answers.push({ verified, errors, statuses, terms: await termsOf(credential) });
}
process.stdout.write(JSON.stringify(answers));
