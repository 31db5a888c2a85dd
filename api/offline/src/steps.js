// A verification is a list of steps, each passed, failed or not checked; nothing to check is never
// a success. Every result is a code of the catalogue with the facts that decided it.

const PASSED = 'passed';
const FAILED = 'failed';
const NOT_CHECKED = 'not_checked';

/** What a step needs is not there. */
class NotChecked extends Error {
  constructor(code, facts = {}) {
    super(code);
    this.code = code;
    this.facts = facts;
  }
}

class Steps {
  constructor() {
    this.list = [];
  }

  hasPassed(name) {
    return this.list.some((step) => step.name === name && step.state === PASSED);
  }

  /**
   * Take a step: `work` returns [code, facts] or throws.
   *
   * A step whose `needs` have not passed is not taken. An optional one may stay unchecked in a
   * valid verdict; if it fails, the verdict is invalid all the same.
   */
  async take(name, work, { needs = [], optional = false } = {}) {
    const step = { name, optional };
    this.list.push(step);
    if (!needs.every((need) => this.hasPassed(need))) {
      return Object.assign(step, { state: NOT_CHECKED, code: 'earlier', facts: {} });
    }
    try {
      const [code, facts = {}] = await work();
      return Object.assign(step, { state: PASSED, code, facts });
    } catch (error) {
      return Object.assign(step, answerFor(error));
    }
  }

  /** Return valid, invalid or unchecked. */
  verdict() {
    if (this.list.some((step) => step.state === FAILED)) return 'invalid';
    const needed = this.list.filter((step) => !step.optional);
    const all = needed.length > 0 && needed.every((step) => step.state === PASSED);
    return all ? 'valid' : 'unchecked';
  }
}

function answerFor(error) {
  if (error instanceof NotChecked) {
    return { state: NOT_CHECKED, code: error.code, facts: error.facts };
  }
  if (error instanceof NotSupported) {
    return { state: NOT_CHECKED, code: 'no_algorithm', facts: { algorithm: error.algorithm } };
  }
  if (error instanceof CheckError) {
    // Without crypto.subtle nothing has been found wrong, only nothing could be looked at.
    const state = error.code === 'no_crypto' ? NOT_CHECKED : FAILED;
    return { state, code: error.code, facts: error.facts };
  }
  // Hostile bytes make a reader stumble anywhere; that is a failure of theirs, never a success.
  return { state: FAILED, code: 'damaged', facts: { what: String(error?.message ?? error) } };
}
