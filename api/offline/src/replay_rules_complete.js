// claim.complete: a claim may be called 零碳 once retired kilograms cover its residual (invariant 4).

// Years from the declaration during which the certificate may be displayed.
const DISPLAY_YEARS = { EVENT: 3, INSTITUTION: 1, MEETING: 3 };

const RULE_CLAIM_COMPLETE = {
  kind: 'claim.complete',

  read(form) {
    const inner = form.form('declaration');
    const declaration = {
      conclusion: inner.words('conclusion', 300),
      declarant: inner.words('declarant'),
      declared_on: inner.day('declared_on'),
      evaluator: inner.words('evaluator'),
    };
    inner.done();
    const body = {
      claim: form.text('claim', FORMAT.id),
      account: form.text('account', FORMAT.id),
      assurance: readAssurance(form.form('assurance')),
      declaration,
      agency: readAgency(form),
    };
    form.done();
    return body;
  },

  // One person initiates and a second one reviews, whether or not under dual control.
  needs(books, order, body) {
    const [initiate] = agencyNeeds(books, order, body.account, body.agency);
    return [initiate, needRepresentative(initiate.account, 'approve')];
  },

  decide(books, order, body, moment) {
    const agent = agentOf(books, order, body.agency, moment);
    findAccount(books, body.account, 'holder');
    const claim = findOwnClaim(books, body.claim, body.account);
    const { completion, dates, measurement } = claim;
    refuseIf(measurement === null || completion !== null, 'CLAIM_STATE_WRONG', { claim: body.claim });
    const coveringKg = claim.retired_kg - impairedKgOfClaim(books, claim);
    const coverage_permille = claimCoverage(coveringKg, measurement.residual_g);
    const assurer = body.assurance.body?.uscc;
    refuseIf(assurer === claim.claimant.uscc, 'NOT_INDEPENDENT', { other: assurer });
    refuseIf(measurement.reductions.length === 0, 'REDUCTION_MISSING');
    refuseIf(moment.atUs >= claim.deadline_at_us, 'DEADLINE_PASSED', { deadline: claim.deadline });
    const today = beijingDate(moment.atUs);
    const { declared_on } = body.declaration;
    refuseIf(declared_on > today || declared_on <= dates.end, 'DECLARATION_TOO_EARLY', { today });
    const display_until = yearsAfter(declared_on, DISPLAY_YEARS[claim.kind]);
    const completed = {
      agent,
      assurance: body.assurance,
      at_us: moment.atUs,
      coverage_permille,
      declaration: { ...body.declaration, offset_completed_on: today },
      display_until,
      display_until_at_us: endOfDayUs(display_until),
      seq: moment.seq,
    };
    const value = { ...claim, completion: completed };
    return { movements: [], rows: [{ key: `claim/${body.claim}`, value }] };
  },
};

function readAssurance(form) {
  const assurance = { kind: form.choice('kind', ['self', 'third_party']) };
  if (assurance.kind === 'third_party') {
    assurance.body = form.organisation('body');
    assurance.report_sha256 = form.text('report_sha256', FORMAT.sha256);
  }
  form.done();
  return assurance;
}

/** Retired kilograms cover the residual, rounded up; the coverage is in per mille, rounded down. */
function claimCoverage(retiredKg, residualG) {
  const retiredG = BigInt(retiredKg) * 1000n;
  const permille = Number((retiredG * 1000n) / BigInt(residualG));
  refuseIf(retiredG < BigInt(residualG), 'RETIRED_TOO_LITTLE', { coverage_permille: permille });
  return permille;
}
