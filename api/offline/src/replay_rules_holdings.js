// The rule about holdings: holding.state.

const RULE_HOLDING_STATE = {
  kind: 'holding.state',

  read(form) {
    const body = { account: form.text('account', FORMAT.id) };
    form.done();
    return body;
  },

  // What is stated stands in the log anyway, so an officer may ask as well as the holder.
  needs(books, order, { account }) {
    if (order.actor === 'registrar') return registrarSigns(order, 'registrar');
    return holderNeeds(books, order, account);
  },

  decide(books, order, { account: id }, moment) {
    const account = findAccount(books, id, 'holder');
    const blocks = [...books.holdings(`acct/${id}`, INTEGER_MAX)].sort(compareBlocks);
    refuseIf(blocks.length === 0, 'BALANCE_TOO_LOW', { balance_kg: 0, quantity_kg: 1 });
    refuseIf(blocks.length > MOVEMENTS_MAX, 'TOO_MANY_RANGES', { ranges: blocks.length });
    const value = {
      account: id,
      batches: retiredBatches(books, blocks),
      ets_covered: account.ets_covered,
      org: account.org,
      quantity_kg: kgOf(blocks),
      ranges: blocks.map(({ batch, first, end }) => ({ batch, end, first })),
      stated_at_us: moment.atUs,
      stated_seq: moment.seq,
    };
    return { movements: [], rows: [{ key: `holding/${idOf(moment.seq)}`, value }] };
  },
};

/** Sort blocks by batch and number, as the log lists them. */
function compareBlocks(one, other) {
  if (one.batch !== other.batch) return one.batch < other.batch ? -1 : 1;
  return one.first - other.first;
}
