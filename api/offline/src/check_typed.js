// What people type from paper, certificate numbers and serial numbers: told part by part, the check
// character first, then looked up in a ledger if one was given.

const PAPER_KINDS = {
  CL: ['零碳声明证书', 'a completed claim'],
  HD: ['碳汇单位持有证明', 'a statement of holdings'],
  RG: ['碳汇权益登记证明', 'a registered sink right'],
  RT: ['碳汇注销证书', 'a retirement'],
};
const ECOSYSTEM_WORDS = { F: ['森林', 'forest'], G: ['草原', 'grassland'], W: ['湿地', 'wetland'] };
const PLACE_WORDS = {
  acct: ['账户 {id} 持有', 'held by account {id}'],
  buffer: ['在缓冲池（{id}）', 'in the buffer ({id})'],
  cancelled: ['已核减作废（第 {id} 号记录）', 'cancelled (entry {id})'],
  frozen: ['已冻结（第 {id} 号记录）', 'frozen (entry {id})'],
  pledge: ['已质押（第 {id} 号记录）', 'pledged (entry {id})'],
  resv: ['已预留（第 {id} 号记录）', 'reserved (entry {id})'],
  retired: ['已注销（第 {id} 号记录，证书 {number}）', 'retired (entry {id}, certificate {number})'],
};
const TYPED_LINES_MAX = 50;
const SHOWN_PARTS_MAX = 40;

/** Return the typed lines if each is meant as a number or a serial number, else nothing. */
function typedLines(text) {
  const lines = text.trim().split(/\s*\n\s*/);
  const meant = lines.every((line) => /^(?:TH|BT)-/i.test(line) && line.length <= 100);
  return meant && lines.length <= TYPED_LINES_MAX ? lines.map((line) => line.toUpperCase()) : null;
}

function verifyTyped(text, given, ledgerVerdict) {
  return text.startsWith('BT-')
    ? verifySerial(text, given, ledgerVerdict)
    : verifyNumber(text, given, ledgerVerdict);
}

/** Verify a certificate's number: its form, its check character, and what a ledger says of it. */
async function verifyNumber(text, given, ledgerVerdict) {
  const steps = new Steps();
  const known = { parts: null, statement: null, entry: null };
  await steps.take('form', () => {
    known.parts = numberParts(text);
    require_(known.parts !== null, numberFault(text), { text });
    const { kind, year, seq } = known.parts;
    return ['number_form_ok', { kind, year, seq }];
  });
  await steps.take('check', () => {
    require_(checkCharacter(known.parts.body) === known.parts.check, 'check_wrong', { text });
    return ['check_ok', { check: known.parts.check }];
  }, { needs: ['form'] });
  await steps.take('entry', () => {
    known.entry = entryOfNumber(known.parts, given);
    const statement = readStatement(known.entry);
    require_(statement.number === text, 'number_other');
    known.statement = correctedStatement(statement, recordedErrata(given.ledger, text));
    return ['number_ok', { seq: known.parts.seq, number: text }];
  }, { needs: ['check'] });
  await steps.take('record', () => {
    const copies = ledgerBooks(given.ledger).row(`cert/${text}`)?.copies ?? [];
    require_(copies.length > 0, 'number_unrecorded', { number: text });
    return ['number_recorded', { count: copies.length }];
  }, { needs: ['entry'] });
  await steps.take('now', () => {
    const row = ledgerBooks(given.ledger).row(`status/${text}`);
    require_(row === null || row.state === 'valid', 'status_not_valid', { state: row?.state });
    return ['number_now', { size: given.ledger.size }];
  }, { needs: ['entry'] });
  const { statement, entry } = known;
  return {
    ...(await typedResult('number', text, steps, given, ledgerVerdict)), statement, entry,
    sentences: statement === null ? numberSentences(known.parts) : undefined,
  };
}

/** Return the entry at a number's position. */
function entryOfNumber({ seq }, given) {
  if (given.ledger === null) throw new NotChecked('number_alone', { seq });
  const entry = given.ledger.entries[seq];
  if (entry === undefined) throw new NotChecked('number_beyond', { seq });
  return entry;
}

/** Say which part of a number is not as it must be. */
function numberFault(text) {
  const [, kind, year, digits] = text.split('-');
  if (text.split('-').length !== 5) return 'number_parts';
  if (!Object.hasOwn(CERTIFICATE_KINDS, kind)) return 'number_kind';
  if (!/^[0-9]{4}$/.test(year)) return 'number_year';
  return /[ILOU]/.test(digits) ? 'number_letters' : 'number_digits';
}

function numberSentences(parts) {
  if (parts === null) return undefined;
  const { kind, year, seq } = parts;
  const name = (wanted) => say(PAPER_KINDS[kind], {}, wanted);
  return (wanted) => [wanted === 'zh'
    ? `${name(wanted)}，${year} 年，依据登记簿第 ${seq} 号记录。`
    : `The paper of ${name(wanted)}, of ${year}, stated by entry ${seq} of the log.`];
}

/** Verify a serial number: its form, its check character, and where its units are. */
async function verifySerial(text, given, ledgerVerdict) {
  const steps = new Steps();
  const known = { parts: null, blocks: null };
  await steps.take('form', () => {
    known.parts = serialParts(text);
    require_(known.parts !== null, 'serial_form', { text });
    const { batch, first, end, backwards } = known.parts;
    require_(!backwards, 'serial_backwards', { text });
    return ['serial_form_ok', { batch, first: first + 1, end, kg: groupedDigits(end - first) }];
  });
  await steps.take('check', () => {
    require_(checkCharacter(known.parts.body) === known.parts.check, 'check_wrong', { text });
    return ['check_ok', { check: known.parts.check }];
  }, { needs: ['form'] });
  await steps.take('units', () => {
    if (given.ledger === null) throw new NotChecked('serial_alone');
    const { batch, first, end } = known.parts;
    const found = ledgerBooks(given.ledger).blocks(batch, first, end)
      .map((one) => ({ ...one, first: Math.max(one.first, first), end: Math.min(one.end, end) }));
    require_(kgOf(found) === end - first, 'serial_unknown', { batch });
    known.blocks = found;
    const retired = kgOf(found.filter(({ place }) => place.startsWith('retired/')));
    return ['serial_found', { retired: groupedDigits(retired), rest: groupedDigits(end - first - retired) }];
  }, { needs: ['check'] });
  return {
    ...(await typedResult('serial', text, steps, given, ledgerVerdict)),
    sentences: serialSentences(known, given),
  };
}

/** Return what a serial number says of itself, and where each part of it is. */
function serialSentences({ parts, blocks }, given) {
  if (parts === null) return undefined;
  const [, ecosystem, project, , , run] = parts.batch.split('-');
  return (wanted) => {
    const kind = say(ECOSYSTEM_WORDS[ecosystem], {}, wanted);
    const period = periodOfBatch(parts.batch);
    const kg = groupedDigits(parts.end - parts.first);
    const own = wanted === 'zh'
      ? `${kind}项目 ${project}，监测期 ${period}，第 ${run} 次签发；第 ${parts.first + 1} 至 ${parts.end} 号，共 ${kg} 千克。`
      : `Project ${project} (${kind}), monitored ${period}, issue ${run}; units ${parts.first + 1} to ${parts.end}, ${kg} kg.`;
    const shown = (blocks ?? []).slice(0, SHOWN_PARTS_MAX).map((one) => placeSentence(one, given, wanted));
    const more = (blocks?.length ?? 0) > SHOWN_PARTS_MAX ? ['…'] : [];
    return [own, ...shown, ...more];
  };
}

function placeSentence({ batch, first, end, place }, { ledger }, wanted) {
  const kind = placeKind(place);
  const id = place.slice(kind.length + 1);
  const facts = { id };
  if (kind === 'retired') {
    const entry = ledger.entries[Number(id)];
    facts.number = entry === undefined ? '–' : certificateNumber('RT', entry.seq, entry.at_us);
  }
  const words = Object.hasOwn(PLACE_WORDS, kind) ? PLACE_WORDS[kind] : [place, place];
  return `${serialText(batch, first, end)} ${say(words, facts, wanted)}`;
}

/** Return the books after all entries of a ledger: what they state, whether or not it is allowed. */
function ledgerBooks(ledger) {
  if (ledger.books === undefined) {
    const books = new LedgerBooks();
    for (const { seq, outcome } of ledger.entries) {
      books.post(seq, outcome.movements, outcome.rows);
      books.changes = [];
    }
    ledger.books = books;
  }
  return ledger.books;
}

/** A ledger that was looked into counts for what it is: one that is not verified verifies nothing. */
async function typedResult(kind, title, steps, given, ledgerVerdict) {
  if (given.ledger !== null) {
    await steps.take('source', () => {
      require_(ledgerVerdict !== 'invalid', 'source_invalid');
      if (ledgerVerdict !== 'valid') throw new NotChecked('source_unchecked');
      return ['source_ok'];
    }, { needs: ['check'] });
  }
  const miscopied = !steps.hasPassed('check');
  return {
    kind, title, steps: steps.list, verdict: steps.verdict(), opening: given.ledger?.entries[0],
    says: 'typed_says', ...(miscopied ? { word: 'miscopied', why: 'miscopied_why' } : {}),
  };
}

Object.assign(TEXTS, {
  serial: ['序列号', 'Serial number'],
  typed_says: ['这串字符的含义', 'What it reads as'],
  miscopied: ['抄写有误', 'Miscopied'],
  miscopied_why: ['这不是一个完整无误的编号，请对照纸面重新键入。这不说明纸面是真是假。', 'This is no number without a fault: type it again from the paper. It says nothing about the paper.'],
});

Object.assign(STEP_NAMES, {
  check: ['校验字符', 'Check character'],
  form: ['写法', 'Form'],
  now: ['现状', 'Status now'],
  source: ['登记簿本身', 'The ledger itself'],
});

Object.assign(REASONS, {
  number_form_ok: ['写法正确：种类 {kind}，{year} 年，第 {seq} 号记录', 'well formed: kind {kind}, of {year}, entry {seq}'],
  number_recorded: ['登记簿登载了 {count} 份文件', 'the ledger records {count} file(s) of it'],
  number_unrecorded: ['登记簿没有登载过 {number} 的任何文件：没有签发过', 'the ledger records no file of {number}: none was ever issued'],
  number_now: ['在前 {size} 条记录中没有撤销、中止、更正或减损的记载', 'nothing in the first {size} entries revokes, suspends, corrects or impairs it'],
  number_parts: ['不是证书编号：应为 TH-种类-年份-7 位或更多字符-校验字符，用半角连字符分隔', 'no certificate number: it has the form TH-KIND-YEAR-SEVEN OR MORE CHARACTERS-CHECK, with plain hyphens'],
  number_kind: ['种类应为 CL、HD、RG 或 RT', 'its kind must be CL, HD, RG or RT'],
  number_year: ['年份应为四位数字', 'its year must have four digits'],
  number_letters: ['编号中没有字母 I、L、O、U：可能是数字 1 或 0', 'these numbers hold no letter I, L, O or U: perhaps a digit 1 or 0'],
  number_digits: ['年份之后应有 7 至 13 个字符，末尾是一个校验字符', 'seven to thirteen characters follow the year, and one check character'],
  check_ok: ['校验字符 {check} 与前面各字符相符（ISO 7064）', 'the check character {check} fits what stands before it (ISO 7064)'],
  check_wrong: ['校验字符不符：{text} 中至少有一个字符抄错或换了位置，请逐字核对', 'the check character does not fit: at least one character of {text} was copied wrongly or swapped; compare each'],
  serial_form_ok: ['写法正确：批次 {batch}，第 {first} 至 {end} 号，共 {kg} 千克', 'well formed: batch {batch}, units {first} to {end}, {kg} kg'],
  serial_form: ['不是序列号：应为 BT-种类-项目-起日-止日-次序:首号-末号/校验字符', 'no serial number: it has the form BT-KIND-PROJECT-FROM-TO-RUN:FIRST-LAST/CHECK'],
  serial_backwards: ['末号小于首号', 'its last number is smaller than its first'],
  serial_alone: ['没有给出登记簿：写法与校验相符不等于存在，请放入登记簿导出文件，或到登记处网站的 /verify 查询', 'no ledger was given: that it is well formed does not say that it exists; add the exported ledger, or ask /verify at the registry'],
  serial_unknown: ['登记簿的批次 {batch} 中没有这些号', 'the ledger has no such units in batch {batch}'],
  source_ok: ['所给登记簿已核验，且满足您的策略', 'the given ledger is verified, as your policy demands'],
  source_unchecked: ['所给登记簿未能核验（见其各步），以上所查只是它自己的说法', 'the given ledger is not verified (see its steps): the above is only what it says'],
  source_invalid: ['所给登记簿没有通过核验', 'the given ledger is not valid'],
  serial_found: ['已注销 {retired} 千克，其余 {rest} 千克未注销', '{retired} kg are retired, {rest} kg are not'],
});
