// The rules about losses: loss.declare, loss.replace, loss.impair.

const LOSS_CAUSES = ['conversion', 'drought', 'fire', 'grazing_breach', 'other', 'pest'];
const REPLACEMENT_YEARS = 1;

const RULE_LOSS_DECLARE = {
  kind: 'loss.declare',

  read(form) {
    const parcels = form.has('parcels')
      ? form.texts('parcels', FORMAT.id, 1, 20).toSorted()
      : null;
    const body = {
      parcels,
      project: form.text('project', FORMAT.project),
      quantity_kg: form.integer('quantity_kg', 1, GROSS_KG_MAX),
      cause: form.choice('cause', LOSS_CAUSES),
      evidence_sha256: form.text('evidence_sha256', FORMAT.sha256),
      happened_on: form.day('happened_on'),
    };
    form.done();
    return body;
  },

  needs: (books, order) => registrarSigns(order, 'issuer', 'supervisor'),

  decide(books, order, body, moment) {
    const { project: number, parcels, quantity_kg: lostKg, happened_on: day } = body;
    const project = findRow(books, `project/${number}`, 'PROJECT_UNKNOWN');
    const foreign = (parcels ?? []).find((parcel) => !project.parcels.includes(parcel));
    refuseIf(foreign !== undefined, 'PARCEL_NOT_IN_PROJECT', { parcel: foreign });
    const declared_kg = (books.row(`losses/${number}`)?.declared_kg ?? 0) + lostKg;
    refuseIf(declared_kg > project.issued_kg, 'LOSS_TOO_LARGE', { issued_kg: project.issued_kg });
    const movements = lostFromBuffer(books, project, lostKg, moment);
    const today = beijingDate(moment.atUs);
    const dated = project.crediting_period.start <= day && day <= today;
    refuseIf(!dated, 'LOSS_DATE_WRONG', { today });
    const coveredKg = kgOf(movements);
    const due = yearsAfter(today, REPLACEMENT_YEARS);
    const value = {
      ...body,
      account: project.account,
      buffer_kg: coveredKg,
      cursor: null,
      declared_at_us: moment.atUs,
      declared_seq: moment.seq,
      due,
      due_at_us: endOfDayUs(due),
      impaired_kg: 0,
      last_impaired: null,
      owed_kg: lostKg - coveredKg,
      replaced_kg: 0,
    };
    const rows = [
      { key: `loss/${idOf(moment.seq)}`, value },
      { key: `losses/${number}`, value: { declared_kg } },
    ];
    return { movements, rows };
  },
};

/** The ecosystem's pooled buffer covers a loss first, as far as it goes. */
function lostFromBuffer(books, { ecosystem }, lostKg, { seq }) {
  const from = `buffer/${POOLS[ecosystem]}`;
  const quantityKg = Math.min(kgOf(books.holdings(from, lostKg)), lostKg);
  return quantityKg === 0 ? [] : takeUnits(books, from, `cancelled/${seq}`, { quantityKg, ranges: [] });
}

const RULE_LOSS_REPLACE = {
  kind: 'loss.replace',

  read(form) {
    const units = readUnits(form);
    const body = {
      units,
      lossId: form.text('loss', FORMAT.id),
      account: form.text('account', FORMAT.id),
    };
    form.done();
    return body;
  },

  needs: (books, order, { account }) => holderNeeds(books, order, account),

  decide(books, order, { units, lossId, account }, moment) {
    findAccount(books, account, 'holder');
    const loss = findRow(books, `loss/${lossId}`, 'LOSS_UNKNOWN');
    refuseIf(loss.account !== account, 'LOSS_NOT_OWN', { account });
    refuseIf(loss.owed_kg === 0, 'LOSS_COVERED', { loss: lossId });
    const movements = takeUnits(books, `acct/${account}`, `cancelled/${moment.seq}`, units);
    const givenKg = kgOf(movements);
    refuseIf(givenKg > loss.owed_kg, 'REPLACEMENT_TOO_LARGE', { fitting_kg: loss.owed_kg });
    const restoredKg = Math.max(givenKg - (loss.owed_kg - loss.impaired_kg), 0);
    const { rows, quantityKg, last } = restorePapers(books, lossId, loss, restoredKg, moment);
    refuseIf(quantityKg < restoredKg, 'TOO_MANY_CERTIFICATES', { restored_kg: quantityKg });
    const value = {
      ...loss,
      impaired_kg: loss.impaired_kg - restoredKg,
      last_impaired: last,
      owed_kg: loss.owed_kg - givenKg,
      replaced_kg: loss.replaced_kg + givenKg,
    };
    return { movements, rows: [{ key: `loss/${lossId}`, value }, ...rows] };
  },
};

const RULE_LOSS_IMPAIR = {
  kind: 'loss.impair',

  read(form) {
    const body = { lossId: form.text('loss', FORMAT.id) };
    form.done();
    return body;
  },

  needs: (books, order) => serviceSigns(order, 'certificates'),

  decide(books, order, { lossId }, moment) {
    const loss = findRow(books, `loss/${lossId}`, 'LOSS_UNKNOWN');
    refuseIf(loss.owed_kg === loss.impaired_kg, 'LOSS_COVERED', { loss: lossId });
    const { rows, quantityKg, last, cursor } = impairPapers(books, lossId, loss, moment);
    const nothing = quantityKg === 0 && cursor === null && loss.cursor === null;
    refuseIf(nothing, 'NOTHING_TO_IMPAIR', { loss: lossId });
    refuseIf(moment.atUs < loss.due_at_us, 'LOSS_NOT_DUE', { due: loss.due });
    const value = {
      ...loss,
      cursor,
      impaired_kg: loss.impaired_kg + quantityKg,
      last_impaired: last,
    };
    return { movements: [], rows: [{ key: `loss/${lossId}`, value }, ...rows] };
  },
};
