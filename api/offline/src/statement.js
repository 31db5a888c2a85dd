// What a stating entry says, in sentences that a reader compares with the paper.

const PURPOSES = {
  event: ['抵消大型活动排放', 'offsetting an event’s emissions'],
  gift: ['赠与', 'a gift'],
  meeting: ['抵消会议排放', 'offsetting a meeting’s emissions'],
  public_good: ['公益', 'the public good'],
  voluntary: ['自愿注销', 'a voluntary retirement'],
};

/** Return a whole number with its thousands separated. */
function groupedDigits(number) {
  return String(number).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}

/** Return tonnes with three decimals. */
function tonnesText(kg) {
  return `${groupedDigits(Math.floor(kg / 1000))}.${String(kg % 1000).padStart(3, '0')}`;
}

/** Return words in a language, or in the other one if there are none. */
function wordsIn(words, wanted) {
  return words[wanted] ?? words.zh ?? words.en ?? '';
}

/** Return [label, text] pairs about what a certificate's entry states. */
function statementLines(result, wanted) {
  const { statement, entry, opening } = result;
  const registry = rowOf(opening, 'registry');
  const label = (zh, en) => (wanted === 'zh' ? zh : en);
  const lines = [
    [label('证书编号', 'Certificate number'), statement.number],
    [label('登记机构', 'Issued by'), wordsIn(registry.issuer, wanted)],
    [label('登记簿', 'Registry'), `${wordsIn(registry.name, wanted)} · ${registry.origin}`],
  ];
  const told = { CL: claimLines, HD: holdingLines, RG: rightLines, RT: retirementLines }[statement.kind];
  lines.push(...told(statement, wanted, label));
  lines.push(...correctionLines(statement, label));
  lines.push([label('记录', 'Entry'), label(
    `第 ${entry.seq} 号，${beijingTime(entry.at_us)}（北京时间）`,
    `${entry.seq}, ${beijingTime(entry.at_us)} Beijing time`,
  )]);
  return lines;
}

/** Say which texts this copy prints otherwise than its entry, and by which entries. */
function correctionLines({ errata }, label) {
  return (errata?.corrections ?? []).map(({ field, wanted, before, after, seq }) => [
    label(`更正（${field}.${wanted}）`, `Corrected (${field}.${wanted})`),
    label(`“${before ?? '–'}” → “${after}”（第 ${seq} 号记录）`, `“${before ?? '–'}” → “${after}” (entry ${seq})`),
  ]);
}

function retirementLines({ row, serials, quantityKg }, wanted, label) {
  const lines = [
    [label('永久注销', 'Retired for good'), amountText(quantityKg, label)],
    [label('受益人', 'Beneficiary'), beneficiaryText(row.beneficiary, wanted, label)],
    [label('用途', 'Purpose'), say(PURPOSES[row.purpose] ?? [row.purpose, row.purpose], {}, wanted)],
    [label('序列号（1 号 = 1 千克）', 'Serial numbers (one per kg)'), serials.join('\n')],
  ];
  lines.push(...batchLines(row.batches, wanted, label));
  if (row.claim !== null) lines.push([label('专用于声明', 'For claim'), row.claim]);
  lines.push([label('注销日期', 'Retired on'), beijingDate(row.retired_at_us)]);
  return lines;
}

function batchLines(batches, wanted, label) {
  return batches.map((batch) => [label('碳汇项目', 'Project'), [
    `${wordsIn(batch.name, wanted)} (${batch.project})`,
    `${batch.methodology.id} v${batch.methodology.version}`,
    `${label('监测期', 'monitored')} ${periodOfBatch(batch.batch)}`,
    `${label('核查', 'verified by')} ${organisationText(batch.verifier, wanted)}`,
    amountText(batch.quantity_kg, label),
  ].join(' · ')]);
}

function holdingLines({ row, serials, quantityKg }, wanted, label) {
  return [
    [label('账户', 'Account'), row.account],
    [label('持有总量（非注销）', 'Held in all (not retired)'), amountText(quantityKg, label)],
    [label('序列号（1 号 = 1 千克）', 'Serial numbers (one per kg)'), serials.join('\n')],
    ...batchLines(row.batches, wanted, label),
    [label('记载日期', 'Stated on'), beijingDate(row.stated_at_us)],
  ];
}

function claimLines({ row, quantityKg }, wanted, label) {
  const { measurement, completion, dates } = row;
  const cover = completion.coverage_permille;
  return [
    [label('声明', 'Claim'), wordsIn(row.name, wanted)],
    [label('声明主体', 'Claimant'), organisationText(row.claimant, wanted)],
    [label('时间', 'Held'), `${dates.start} – ${dates.end}`],
    [label('边界', 'Boundary'), wordsIn(row.boundary, wanted)],
    [label('剩余排放量', 'Residual emissions'), gramsText(measurement.residual_g, label)],
    [label('已注销', 'Retired'), amountText(quantityKg, label)],
    [label('抵消比例', 'Coverage'), `${Math.floor(cover / 10)}.${cover % 10}%`],
    [label('结论', 'Conclusion'), wordsIn(completion.declaration.conclusion, wanted)],
    [label('完成日期', 'Completed on'), beijingDate(completion.at_us)],
  ];
}

function rightLines({ row }, wanted, label) {
  const area = (m2) => label(`${groupedDigits(m2)} 平方米`, `${groupedDigits(m2)} m²`);
  return [
    [label('地块', 'Parcel'), wordsIn(row.name, wanted)],
    [label('权利人账户', 'Right holder’s account'), row.account],
    [label('登记面积', 'Credited area'), area(row.credited_area_m2)],
    [label('图斑面积', 'Area of the polygon'), area(row.stated_area_m2)],
    [label('权属证书面积', 'Area by the title'), area(row.title_area_m2)],
    [label('登记日期', 'Registered on'), beijingDate(row.registered_at_us)],
  ];
}

function amountText(kg, label) {
  const digits = groupedDigits(kg);
  return label(
    `${tonnesText(kg)} 吨二氧化碳当量（${digits} 千克）`, `${tonnesText(kg)} tCO2e (${digits} kg)`,
  );
}

function gramsText(grams, label) {
  const text = `${groupedDigits(Math.floor(grams / 1e6))}.${String(grams % 1e6).padStart(6, '0')}`;
  return label(`${text} 吨二氧化碳当量`, `${text} tCO2e`);
}

/** A person is a commitment in the log; only that person's own paper opens it. */
function beneficiaryText(beneficiary, wanted, label) {
  if (beneficiary.person !== undefined) {
    return label('自然人（身份见本人所持文件）', 'a natural person, identity withheld');
  }
  return organisationText(beneficiary.org, wanted);
}

function organisationText(organisation, wanted) {
  if (!isObject(organisation)) return String(organisation);
  return `${wordsIn(organisation.name ?? {}, wanted)} (${organisation.uscc ?? '–'})`;
}

function periodOfBatch(batch) {
  const day = (digits) => `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
  const [, , , start, end] = batch.split('-');
  return `${day(start)} – ${day(end)}`;
}

/** Return one sentence about any entry, for proofs of entries that state no certificate. */
function entrySentence(entry, wanted) {
  const { kind, actor } = entry.order;
  const at = beijingTime(entry.at_us);
  return wanted === 'zh'
    ? `第 ${entry.seq} 号记录：${actor} 的指令 ${kind}，于 ${at}（北京时间）记录。`
    : `Entry ${entry.seq}: order ${kind} by ${actor}, recorded at ${at} Beijing time.`;
}
