// A QR code's text by itself: whose statement it holds, and whether the ledger says the same.

/** Verify the statement behind a code's address. */
async function verifyCode({ number, code }, given, ledgerVerdict) {
  const steps = new Steps();
  const known = { claims: null };
  await steps.take('registry', () => {
    if (given.registry === null) throw new NotChecked('no_registry');
    return registryFound(given.registry.entry);
  });
  await steps.take('code', async () => {
    const claims = await readCode(code, serviceKeyOf(given.registry.entry));
    require_(claims.number === number.text, 'code_number', { number: claims.number });
    known.claims = claims;
    return ['code_signed'];
  }, { needs: ['registry'] });
  await steps.take('entry', () => {
    const line = given.ledger?.entries[number.seq];
    if (line === undefined) throw new NotChecked('code_alone', { seq: number.seq });
    require_(line.order.log === given.registry.entry.order.log, 'other_log');
    requireClaimsOfEntry(known.claims, line, given);
    return ['code_entry_ok', { seq: number.seq }];
  }, { needs: ['code'] });
  const own = steps.verdict();
  return {
    kind: 'code', title: number.text, steps: steps.list,
    verdict: own === 'valid' ? ledgerVerdict : own,
    opening: given.registry?.entry ?? null,
    sentences: known.claims && ((wanted) => codeSentences(known.claims, wanted)),
  };
}

/** An older copy's code says what stood there before an erratum, a corrected copy's what is right. */
function requireClaimsOfEntry(claims, entry, { ledger }) {
  const statement = readStatement(entry);
  const errata = recordedErrata(ledger, statement.number);
  const isOfCorrected = errata !== null
    && claims.beneficiary === shortenedName(correctedStatement(statement, errata));
  requireSameClaims(claims, isOfCorrected ? correctedStatement(statement, errata) : statement, entry);
}

/** Return what a code says, to be compared with the paper that it stands on. */
function codeSentences({ number, quantityKg, date, beneficiary }, wanted) {
  const kg = groupedDigits(quantityKg);
  return wanted === 'zh'
    ? [`${number}：${beneficiary}，${tonnesText(quantityKg)} 吨二氧化碳当量（${kg} 千克），${date}。`,
      '请逐项与纸面核对：二维码可能是从另一张证书上抄来的。']
    : [`${number}: ${beneficiary}, ${tonnesText(quantityKg)} tCO2e (${kg} kg), ${date}.`,
      'Compare each with the paper: a code may have been copied from another certificate.'];
}
