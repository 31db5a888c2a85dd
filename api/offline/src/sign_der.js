// DER (ITU-T X.690), as much of it as a private key file needs: definite lengths, one-byte tags.

const DER_TAG = { integer: 0x02, octets: 0x04, nothing: 0x05, oid: 0x06, sequence: 0x30 };

/** Return one element: tag, length in its shortest form, content. */
function der(tag, ...contents) {
  const content = joined(...contents);
  if (content.length < 0x80) return joined(Uint8Array.of(tag, content.length), content);
  const length = [];
  for (let rest = content.length; rest > 0; rest = Math.floor(rest / 256)) length.unshift(rest % 256);
  return joined(Uint8Array.of(tag, 0x80 + length.length, ...length), content);
}

/** Return a whole number that is not negative; a leading zero keeps it so. */
function derInteger(value) {
  const bytes = [];
  for (let rest = value; rest > 0 || bytes.length === 0; rest = Math.floor(rest / 256)) {
    bytes.unshift(rest % 256);
  }
  if (bytes[0] >= 0x80) bytes.unshift(0);
  return der(DER_TAG.integer, Uint8Array.from(bytes));
}

/** Return an object identifier given as its hex content. */
function derOid(hex) {
  return der(DER_TAG.oid, bytesOfHex(hex));
}

/** Reads one element after another; whatever is not DER is refused with `key_der`. */
class DerReader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  get ended() {
    return this.at === this.bytes.length;
  }

  /** Return the tag of the next element, or nothing at the end. */
  get tag() {
    return this.bytes[this.at];
  }

  /** Take the next element, which must have this tag, and return its content. */
  take(tag) {
    require_(this.tag === tag, 'key_der');
    const length = this.readLength();
    const start = this.at;
    require_(start + length <= this.bytes.length, 'key_der');
    this.at += length;
    return this.bytes.slice(start, this.at);
  }

  /** Take a sequence and return a reader of its elements. */
  sequence() {
    return new DerReader(this.take(DER_TAG.sequence));
  }

  /** Take a whole number between 0 and 2^31 - 1. */
  integer() {
    const content = this.take(DER_TAG.integer);
    require_(content.length > 0 && content.length <= 4 && content[0] < 0x80, 'key_der');
    return content.reduce((value, byte) => value * 256 + byte, 0);
  }

  /** Take an object identifier and return its content in hex. */
  oid() {
    return hexOf(this.take(DER_TAG.oid));
  }

  /** Say that nothing may follow. */
  done() {
    require_(this.ended, 'key_der');
  }

  readLength() {
    const first = this.bytes[this.at + 1];
    this.at += 2;
    require_(first !== undefined && first !== 0x80 && first <= 0x83, 'key_der');
    if (first < 0x80) return first;
    let length = 0;
    for (let count = first - 0x80; count > 0; count -= 1) {
      length = length * 256 + (this.bytes[this.at] ?? 0);
      this.at += 1;
    }
    return length;
  }
}
