// How results look: a verdict, what the entry says, and every step with its reason.

/** Return a result as an article. */
function resultView(result) {
  const heading = element('h3', {}, element('span', { class: 'kind' }, say(TEXTS[result.kind])),
    ' ', element('span', { class: 'mono' }, result.title ?? ''));
  return element('article', { class: `result ${result.verdict}` },
    element('header', { class: 'verdict' },
      element('span', { class: 'mark', 'aria-hidden': 'true' }, VERDICT_MARKS[result.verdict]),
      element('div', {}, heading,
        element('p', { class: 'word' }, say(TEXTS[result.word ?? result.verdict])),
        element('p', {}, verdictReason(result)))),
    demoView(result), saysView(result), replayView(result), stepsView(result));
}

const VERDICT_MARKS = { valid: '✓', invalid: '✕', unchecked: '?' };
const STEP_MARKS = { passed: '✓', failed: '✕', not_checked: '–' };

function verdictReason(result) {
  if (result.why !== undefined) return say(TEXTS[result.why]);
  if (result.verdict !== 'valid') return say(TEXTS[`${result.verdict}_why`]);
  const size = result.facts?.checkpoint;
  return size === undefined ? say(TEXTS.valid_plain) : say(TEXTS.valid_why, { size });
}

function demoView({ opening }) {
  if (!opening || rowOf(opening, 'registry').environment === 'production') return null;
  return element('p', { class: 'demo' }, element('b', {}, say(TEXTS.demo)), ' ', say(TEXTS.demo_why));
}

/** Show what an entry states in the page's language first, then in the other. */
function saysView(result) {
  if (!result.entry && !result.sentences) return null;
  const parts = [language, ...LANGUAGES.filter((one) => one !== language)].map((wanted) =>
    element('div', { lang: wanted === 'zh' ? 'zh-Hans' : 'en', class: 'saying' },
      sayingIn(result, wanted)));
  return element('section', { class: 'says' }, element('h4', {}, say(TEXTS[result.says ?? 'says'])), parts,
    comparedView(result),
    result.statement ? element('p', { class: 'small' }, say(TEXTS.compare)) : null);
}

/** Say which of the file's own parts were compared with what the entry states, and how that went. */
function comparedView({ kind, steps }) {
  if (kind !== 'certificate') return null;
  const parts = ['page', 'credential', 'code'].map((name) => {
    const { state } = steps.find((step) => step.name === name);
    return element('span', { class: `part ${state}`, 'data-compared': name },
      `${STEP_MARKS[state]} ${say(STEP_NAMES[name])}`);
  });
  return element('p', { class: 'small compared' }, `${say(TEXTS.compared)} `, parts);
}

function sayingIn(result, wanted) {
  if (result.sentences) {
    return result.sentences(wanted).map((sentence) => element('p', {}, sentence));
  }
  if (!result.statement || !result.opening) {
    return element('p', {}, entrySentence(result.entry, wanted));
  }
  return element('dl', {}, statementLines(result, wanted).map(([label, text]) =>
    element('div', {}, element('dt', {}, label), element('dd', {}, text))));
}

function stepsView(result) {
  const items = result.steps.map((step) => {
    const name = STEP_NAMES[step.name];
    return element('li', { class: `step ${step.state}`, 'data-step': step.name, 'data-code': step.code },
      element('span', { class: 'mark', 'aria-hidden': 'true' }, STEP_MARKS[step.state]),
      element('div', {},
        element('b', {}, name ? say(name) : step.name,
          step.optional ? ` ${say(TEXTS.optional)}` : '',
          element('span', { class: 'state' }, say(TEXTS[step.state]))),
        element('span', { class: 'reason' }, reasonOf(step))));
  });
  const digest = result.facts?.sha256;
  return element('section', { class: 'steps' }, element('h4', {}, say(TEXTS.steps)),
    element('ol', {}, items),
    digest ? element('p', { class: 'small' }, `${say(TEXTS.file_digest)} `,
      element('code', {}, digest)) : null);
}

/** Return what the reader trusts so far, each with the fingerprint to compare. */
function trustView(given) {
  const { policy, registry, sealRoot, revoked } = given;
  return element('ul', { class: 'trusted' },
    trustItem('policy', policy && policyText(policy)),
    trustItem('registry', registry && registryText(registry)),
    trustItem('seal_root', sealRoot && `${sealRoot.name} · SHA-256 ${sha256Hex(sealRoot.bytes)}`),
    trustItem('revocations', revoked && beijingDate(revoked.at * 1000)));
}

function trustItem(name, text) {
  return element('li', { class: text ? 'there' : 'absent' }, element('b', {}, say(TEXTS[name])),
    element('span', {}, text ?? say(TEXTS.missing)));
}

function policyText(policy) {
  const unique = Array.from(new Set(policy.logs.map((log) => log.name)));
  return say(TEXTS.policy_is, {
    logs: unique.join(', ') || say(TEXTS.none),
    quorum: policy.quorum === 'none' ? say(TEXTS.none) : policy.quorum,
    witnesses: Array.from(policy.witnesses.keys()).join(', ') || say(TEXTS.none),
  });
}

function registryText({ bytes, entry }) {
  const row = rowOf(entry, 'registry');
  return `${wordsIn(row.name, language)} · ${row.origin} · SHA-256 ${sha256Hex(bytes)}`;
}
