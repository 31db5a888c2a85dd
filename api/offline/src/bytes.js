'use strict';
// Bytes and their texts: UTF-8, hex, base64; each has one accepted spelling.

/** What was given is not as its format asks. `code` names a sentence of the catalogue. */
class CheckError extends Error {
  constructor(code, facts = {}) {
    super(`${code} ${JSON.stringify(facts)}`);
    this.code = code;
    this.facts = facts;
  }
}

function require_(condition, code, facts) {
  if (!condition) throw new CheckError(code, facts);
}

const UTF8_ENCODER = new TextEncoder();
const UTF8_DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function utf8(text) {
  return UTF8_ENCODER.encode(text);
}

/** Return the text of UTF-8 bytes. A byte order mark stays a character, so it never passes unseen. */
function textOf(bytes) {
  try {
    return UTF8_DECODER.decode(bytes);
  } catch {
    throw new CheckError('utf8');
  }
}

const HEX_OF_BYTE = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

function hexOf(bytes) {
  let hex = '';
  for (const byte of bytes) hex += HEX_OF_BYTE[byte];
  return hex;
}

/** Return the bytes of lowercase hex. */
function bytesOfHex(hex) {
  require_(typeof hex === 'string' && /^(?:[0-9a-f]{2})*$/.test(hex), 'hex');
  const bytes = new Uint8Array(hex.length / 2);
  for (let at = 0; at < bytes.length; at += 1) {
    bytes[at] = Number.parseInt(hex.slice(2 * at, 2 * at + 2), 16);
  }
  return bytes;
}

function base64Of(bytes) {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** Return the bytes of padded standard base64 (RFC 4648 clause 4) without stray bits. */
function bytesOfBase64(text) {
  const form = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
  require_(typeof text === 'string' && form.test(text), 'base64');
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  require_(base64Of(bytes) === text, 'base64');
  return bytes;
}

/** Return base64url without padding (RFC 4648 clause 5). */
function base64UrlOf(bytes) {
  return base64Of(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function sameBytes(one, other) {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at += 1) if (one[at] !== other[at]) return false;
  return true;
}

/** Return where bytes begin inside others, or -1. */
function indexOfBytes(whole, part, from = 0) {
  for (let at = from; at + part.length <= whole.length; at += 1) {
    let fits = 0;
    while (fits < part.length && whole[at + fits] === part[fits]) fits += 1;
    if (fits === part.length) return at;
  }
  return -1;
}

/** Return an unsigned 64-bit number as 8 bytes, the highest first. */
function u64(value) {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}
