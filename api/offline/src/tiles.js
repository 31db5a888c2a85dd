// Static logs by c2sp.org/tlog-tiles, from a folder that was dropped: a tile is used only after it
// has led to the root of a checkpoint. What a file is called says where it would belong, no more.

const TILE_HEIGHT = 8;
const TILE_WIDTH = 2 ** TILE_HEIGHT;
const TILE_HASH_BYTES = 32;
const TILE_PATH = /^(|.*\/)(tile\/(?:entries|[0-9]|[1-5][0-9]|6[0-3])\/(?:x[0-9]{3}\/){0,6}[0-9]{3}(?:\.p\/[1-9][0-9]{0,2})?)$/;
const CHECKPOINT_PATH = /^(|.*\/)checkpoint$/;

/** Return the folder of a static log and a file's path in it, or null for any other file. */
function placeInLog(name) {
  const found = TILE_PATH.exec(name);
  return found && { place: found[1], path: found[2] };
}

/** Return where a tile lies; level "entries" is that of the bundles. */
function tilePath(level, index, width = TILE_WIDTH) {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/.{3}/g);
  const last = groups.pop();
  const number = groups.map((group) => `x${group}/`).join('') + last;
  return `tile/${level}/${number}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

/** A tree of known size and root over tiles; `files` holds them by their paths. */
class TileTree {
  constructor(files, { size, root }) {
    require_(size <= BigInt(Number.MAX_SAFE_INTEGER), 'checkpoint');
    this.files = files;
    this.size = Number(size);
    this.root = root;
    this.rows = new Map();
    this.edge = null;
  }

  /** Return the root over the first entries. */
  rootAt(size) {
    return this.rangeRoot(0, size);
  }

  /** Return the hash over the entries from `first` on, up to `end` (RFC 6962 section 2.1). */
  rangeRoot(first, end) {
    if (end === first) return EMPTY_ROOT;
    const level = Math.floor(Math.log2(end - first));
    const width = 2 ** level;
    if (first + width === end) return this.perfect(level, first / width);
    return nodeHash(this.perfect(level, first / width), this.rangeRoot(first + width, end));
  }

  /** Return the path from an entry to the root, the entry's sibling first. */
  inclusionPath(index) {
    const path = [];
    let [first, end] = [0, this.size];
    while (end - first > 1) {
      const middle = first + 2 ** Math.ceil(Math.log2(end - first) - 1);
      if (index < middle) {
        path.unshift(this.rangeRoot(middle, end));
        end = middle;
      } else {
        path.unshift(this.rangeRoot(first, middle));
        first = middle;
      }
    }
    return path;
  }

  /** Return the entries of a bundle, each compared with its hash in the tree. */
  bundle(index) {
    const hashes = this.tile(0, index)[0];
    const { bytes, width } = this.read('entries', index, hashes.length);
    const entries = splitBundle(bytes, width).slice(0, hashes.length);
    const odd = entries.findIndex((entry, at) => !sameBytes(leafHash(entry), hashes[at]));
    require_(odd < 0, 'bundle_other', { seq: index * TILE_WIDTH + odd });
    return entries;
  }

  perfect(level, index) {
    const row = level % TILE_HEIGHT;
    const width = TILE_WIDTH / 2 ** row;
    return this.tile((level - row) / TILE_HEIGHT, Math.floor(index / width))[row][index % width];
  }

  /** Return a tile that leads to the root: its hashes, those of each pair, of each four … */
  tile(level, index) {
    this.edge ??= this.readEdge();
    const width = this.widthAt(level, index);
    if (width < TILE_WIDTH) return this.edge.get(level);
    const path = tilePath(level, index);
    if (!this.rows.has(path)) {
      const above = this.tile(level + 1, Math.floor(index / TILE_WIDTH))[0][index % TILE_WIDTH];
      const rows = rowsAbove(this.hashes(level, index, width));
      require_(sameBytes(rows[TILE_HEIGHT][0], above), 'tile_other', { path });
      this.rows.set(path, rows);
    }
    return this.rows.get(path);
  }

  /** The partial tiles of all levels, which together make the root. */
  readEdge() {
    const edge = new Map();
    let reached = null;
    for (let level = 0, count = this.size; count > 0; level += 1) {
      const width = count % TILE_WIDTH;
      const index = (count - width) / TILE_WIDTH;
      if (width > 0) {
        edge.set(level, rowsAbove(this.hashes(level, index, width)));
        for (const row of edge.get(level)) {
          if (row.length % 2 === 1) {
            reached = reached === null ? row.at(-1) : nodeHash(row.at(-1), reached);
          }
        }
      }
      count = index;
    }
    require_(sameBytes(reached ?? EMPTY_ROOT, this.root), 'tile_root', { size: this.size });
    return edge;
  }

  widthAt(level, index) {
    const count = Math.floor(this.size / TILE_WIDTH ** level);
    return Math.min(count - index * TILE_WIDTH, TILE_WIDTH);
  }

  hashes(level, index, width) {
    const { bytes, width: given, path } = this.read(level, index, width);
    require_(bytes.length === given * TILE_HASH_BYTES, 'tile_form', { path });
    return Array.from({ length: width },
      (_, at) => bytes.subarray(TILE_HASH_BYTES * at, TILE_HASH_BYTES * (at + 1)));
  }

  /** Return a file and its width; a log may delete a partial tile once the full one is there. */
  read(level, index, wanted) {
    for (const width of [wanted, TILE_WIDTH]) {
      const path = tilePath(level, index, width);
      const bytes = this.files.get(path);
      if (bytes !== undefined) return { bytes, width, path };
    }
    throw new NotChecked('tile_missing', { path: tilePath(level, index, wanted) });
  }
}

function rowsAbove(hashes) {
  const rows = [hashes];
  while (rows.at(-1).length > 1) {
    const below = rows.at(-1);
    rows.push(Array.from({ length: Math.floor(below.length / 2) },
      (_, at) => nodeHash(below[2 * at], below[2 * at + 1])));
  }
  return rows;
}

/** Return a bundle's entries; each stands after its length in two bytes, and nothing else. */
function splitBundle(bytes, count) {
  const entries = [];
  let at = 0;
  while (at + 2 <= bytes.length && entries.length < count) {
    const end = at + 2 + bytes[at] * 256 + bytes[at + 1];
    require_(end <= bytes.length, 'bundle_form');
    entries.push(bytes.subarray(at + 2, end));
    at = end;
  }
  require_(at === bytes.length && entries.length === count, 'bundle_form');
  return entries;
}
