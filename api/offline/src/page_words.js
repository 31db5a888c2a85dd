// The words that a certificate's pages draw, by the tables with which its fonts name their glyphs.
//
// Those tables come from the file as well: only the seal vouches that glyph and letter agree, and a
// thief of the seal is caught by the record step. What is compared here is what a reader can copy.

const SERIAL_ON_PAGE = /BT-[FGW]-\d{4}-\d{8}-\d{8}-\d{2}:\d+-\d+\/[0-9A-Z]/g;

/** Return the text of all pages in the sequence in which it is drawn, without spaces. */
async function pageWords({ pdf, root }) {
  let words = '';
  for (const page of pdfPages(pdf, root.get('Pages'), PDF_DEPTH_MAX)) {
    const tables = await glyphTables(pdf, page);
    const contents = [pdfValue(pdf, page.get('Contents'))].flat();
    for (const part of contents) {
      words += drawnWords(latin1(await pdfStreamContent(pdfValue(pdf, part))), tables);
    }
  }
  return words.replaceAll(/\s+/g, '');
}

function* pdfPages(pdf, reference, depth) {
  pdfRequire(depth > 0);
  const node = pdfValue(pdf, reference);
  if (node.get('Type')?.name !== 'Pages') yield node;
  else for (const kid of pdfValue(pdf, node.get('Kids'))) yield* pdfPages(pdf, kid, depth - 1);
}

/** Return for each font of a page the letters of its glyphs. */
async function glyphTables(pdf, page) {
  const fonts = pdfValue(pdf, pdfValue(pdf, page.get('Resources')).get('Font'));
  const tables = new Map();
  for (const [name, reference] of fonts) {
    const stream = pdfValue(pdf, pdfValue(pdf, reference).get('ToUnicode'));
    const source = latin1(await pdfStreamContent(stream));
    const table = new Map();
    for (const [, block] of source.matchAll(/beginbfchar([^]*?)endbfchar/g)) {
      for (const [, glyph, letters] of block.matchAll(/<([0-9A-Fa-f]{4})>\s*<((?:[0-9A-Fa-f]{4})+)>/g)) {
        table.set(glyph.toLowerCase(), lettersOf(letters));
      }
    }
    tables.set(name, table);
  }
  return tables;
}

function lettersOf(hex) {
  return String.fromCharCode(...hex.match(/.{4}/g).map((one) => Number.parseInt(one, 16)));
}

/** Read a content stream's text: fonts by Tf, glyphs by TJ and Tj; a glyph without a letter shows. */
function drawnWords(source, tables) {
  const pattern = /\/([^\s/<>[\]()]+)\s+-?[\d.]+\s+Tf\b|\[([^\]]*)\]\s*TJ\b|(<[0-9A-Fa-f\s]*>)\s*Tj\b/g;
  let table = new Map();
  let words = '';
  for (const [, font, array, single] of source.matchAll(pattern)) {
    if (font !== undefined) {
      table = tables.get(font) ?? new Map();
    } else {
      for (const [, glyphs] of (array ?? single).matchAll(/<([0-9A-Fa-f\s]*)>/g)) {
        for (const glyph of glyphs.replaceAll(/\s/g, '').toLowerCase().match(/.{4}/g) ?? []) {
          words += table.get(glyph) ?? '\ufffd';
        }
      }
    }
  }
  return words;
}

/** Require that a page names its entry's number, amount, beneficiary and serial numbers. */
function requireOnPage(words, statement) {
  const corrected = statement.errata?.corrections.map(({ after }) => after) ?? [];
  const missing = [...wordsOfStatement(statement), ...corrected]
    .find((text) => !words.includes(text.replaceAll(/\s+/g, '')));
  require_(missing === undefined, 'page_lacks', { text: missing });
  const printed = Array.from(new Set(words.match(SERIAL_ON_PAGE) ?? []));
  const strange = printed.find((serial) => !statement.serials.includes(serial));
  require_(strange === undefined, 'page_strange', { text: strange });
  return ['page_ok', { count: statement.serials.length }];
}

function wordsOfStatement({ kind, row, number, quantityKg, serials }) {
  if (kind === 'RG') return [number, ...Object.values(row.name), groupedDigits(row.credited_area_m2)];
  if (kind === 'HD') return [number, tonnesText(quantityKg), ...serials, ...Object.values(row.name)];
  const named = row.claimant ?? row.beneficiary.org;
  const names = named === undefined ? [] : [...Object.values(named.name), named.uscc];
  const subject = kind === 'CL' ? Object.values(row.name) : [];
  return [number, tonnesText(quantityKg), ...serials, ...names, ...subject];
}
