// The replay as a step of checking an exported ledger, and what it shows.

Object.assign(STEP_NAMES, { replay: ['逐条重放', 'Replay'] });

Object.assign(TEXTS, {
  replay: ['重放所得', 'What the replay yields'],
  replay_state_root: ['状态树根', 'Root of the state'],
  gross: ['签发总量', 'Gross issuance'],
  held: ['持有', 'Held'],
  reserved: ['预留', 'Reserved'],
  pledged: ['质押', 'Pledged'],
  frozen: ['冻结', 'Frozen'],
  buffer: ['缓冲', 'Buffer'],
  retired: ['注销', 'Retired'],
  cancelled: ['核减作废', 'Cancelled'],
});

Object.assign(REASONS, {
  replay_ok: ['{size} 条指令按规则逐条重算，划转与记录一字不差；{commitments} 个状态承诺与重放一致', 'every order of {size} entries decided again yields its movements and rows; {commitments} state commitments agree'],
  replay_rules: ['本页没有登记簿所用的规则集 {rules}', 'this page does not have the rule set {rules} that the log uses'],
  replay_refused: ['第 {seq} 号记录：规则不允许这条指令（{number} {refusal}）', 'entry {seq}: the rules refuse its order ({number} {refusal})'],
  replay_outcome: ['第 {seq} 号记录的划转或记录不是规则所得', 'entry {seq} does not hold what the rules yield'],
  replay_movement: ['第 {seq} 号记录划转了不在原处的单位，或划出了终态（{reason}）', 'entry {seq} moves units that are not where it says, or out of a terminal place ({reason})'],
  replay_nonce: ['第 {seq} 号记录重用了第 {earlier} 号的随机数', 'entry {seq} uses the nonce of entry {earlier} again'],
  replay_state_root_wrong: ['第 {seq} 号记录承诺的状态树根与重放不符', 'entry {seq} commits to another state root than the replay yields'],
  replay_state_supply_wrong: ['第 {seq} 号记录承诺的供应量与重放不符', 'entry {seq} commits to another supply than the replay yields'],
  replay_other: ['第 {seq} 号记录不对（{code}）', 'entry {seq} is wrong ({code})'],
});

/** Replay a ledger whose entries, chain and signatures hold. */
async function takeReplayStep(steps, ledger, given, progress) {
  await steps.take('replay', async () => {
    const verdict = await replayLedger(given.ledgerBytes, {
      signaturesHold: true,
      onProgress: (done, all) => progress(done / all),
    });
    if (!verdict.ok) throw replayFault(verdict);
    const { commitments, entries: size, stateRoot, supply } = verdict;
    return ['replay_ok', { commitments, size, stateRoot, supply }];
  }, { needs: ['ledger', 'orders'] });
}

LEDGER_STEPS.push(takeReplayStep);

/** Return what to say of the first thing that is wrong. */
function replayFault({ findings }) {
  const [{ code, facts, seq }] = findings;
  if (code === 'rules_unknown') return new NotChecked('replay_rules', facts);
  const named = Object.hasOwn(REASONS, `replay_${code}`) ? `replay_${code}` : 'replay_other';
  return new CheckError(named, { seq, code, ...facts });
}

/** Show the supply and the root of the state that a replay reached. */
function replayView(result) {
  const step = result.steps.find(({ name, state }) => name === 'replay' && state === PASSED);
  if (step === undefined) return null;
  const { stateRoot, supply } = step.facts;
  const lines = SUPPLY_TOTALS.map((name) => element('tr', {},
    element('th', { scope: 'row' }, say(TEXTS[name])),
    element('td', { class: 'kg' }, `${supply[name].toLocaleString('en-US')} kg`)));
  return element('section', { class: 'replay' }, element('h4', {}, say(TEXTS.replay)),
    element('table', { 'data-table': 'supply' }, element('tbody', {}, lines)),
    element('p', { class: 'small' }, `${say(TEXTS.replay_state_root)} `, element('code', {}, stateRoot)));
}
