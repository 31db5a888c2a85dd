// The page's own words, Chinese first and English second.

const TEXTS = {
  title: ['离线核验', 'Offline verification'],
  brand: ['碳汇账本', 'SinkLedger'],
  tagline: ['证书与登记簿的独立核验页', 'an independent check of certificates and logs'],
  lead: ['在您自己的设备上核验碳汇证书、证明文件与登记簿。本页不联网，文件不会离开本机。', 'Checks certificates, proofs and ledgers on your own device. This page has no network: no file leaves this machine.'],
  skip: ['跳到结果', 'Skip to the results'],
  drop_title: ['放入要核验的文件', 'Drop what is to be checked'],
  drop_what: ['证书 PDF、.tlog-proof、.state-proof、登记簿导出 .jsonl、检查点；以及您信任的 policy、registry.json、seal-root.pem、seal-root.crl', 'Certificate PDF, .tlog-proof, .state-proof, exported ledger .jsonl, checkpoint; and the policy, registry.json, seal-root.pem and seal-root.crl that you trust'],
  choose: ['选择文件', 'Choose files'],
  choose_folder: ['选择静态登记簿文件夹', 'Choose a static log’s folder'],
  fresh_since: ['须在此日之后经见证（可不填）', 'Must have been witnessed since (optional)'],
  paste: ['或粘贴、键入证书编号、序列号（每行一个）、二维码文字、文件内容', 'Or paste or type certificate numbers or serials (one a line), a QR code’s text, or a file’s content'],
  take: ['核验所粘贴的内容', 'Check what was pasted'],
  clear: ['全部清除', 'Clear everything'],
  trust: ['您信任什么', 'What you trust'],
  trust_why: ['信任依据只取自您放入的文件，绝不取自证书本身。请从登记机构以外的可靠渠道取得，并核对指纹。', 'Trust comes only from files that you give, never from the certificate. Get them from a source of your own and compare the fingerprints.'],
  policy: ['信任策略 policy', 'Trust policy'],
  registry: ['登记簿第 0 号记录 registry.json', 'Entry 0 of the registry, registry.json'],
  seal_root: ['签章根证书 seal-root.pem', 'Root of the seal, seal-root.pem'],
  revocations: ['吊销清单 seal-root.crl', 'Revoked seals, seal-root.crl'],
  missing: ['未给出', 'not given'],
  policy_is: ['登记簿 {logs}；法定数 {quorum}；见证方 {witnesses}', 'log {logs}; quorum {quorum}; witnesses {witnesses}'],
  none: ['无', 'none'],
  results: ['核验结果', 'Results'],
  nothing: ['还没有要核验的文件。', 'Nothing to check yet.'],
  working: ['正在核验……', 'Checking…'],
  reading: ['正在读取登记簿：{percent}%', 'Reading the ledger: {percent}%'],
  valid: ['有效', 'Valid'],
  invalid: ['无效', 'Not valid'],
  unchecked: ['未能核验', 'Not verified'],
  valid_why: ['截至检查点 {size}，所列各步全部通过。之后的变化（撤销、更正）须查新的检查点。', 'As of checkpoint {size} every step has passed. Later changes, such as a revocation, need a newer checkpoint.'],
  valid_plain: ['所列各步全部通过。', 'Every step has passed.'],
  invalid_why: ['至少一步没有通过。不要采信，并请联系登记机构。', 'At least one step has failed. Do not rely on it, and ask the registry.'],
  unchecked_why: ['没有发现错误，但有步骤无从核验。这不是“有效”，也不是“无效”。', 'Nothing was found wrong, but some steps could not be taken. This is neither “valid” nor “not valid”.'],
  certificate: ['证书', 'Certificate'],
  entry: ['记录与证明', 'Entry and proof'],
  ledger: ['登记簿导出', 'Exported ledger'],
  static_log: ['静态登记簿', 'Static log'],
  state_proof: ['状态证明', 'State proof'],
  number: ['证书编号', 'Certificate number'],
  code: ['二维码', 'QR code'],
  rejected: ['未能读取', 'Not read'],
  demo: ['示例·无效', 'SAMPLE · NOT VALID'],
  demo_why: ['这是演示登记簿，其中一切均属虚构。', 'This is a demonstration registry; everything in it is invented.'],
  says: ['记录所载', 'What the entry says'],
  compare: ['请逐项与纸面核对：编号、受益人、数量、序列号、日期。任何一处不同，纸面即不可采信。', 'Compare with the paper: number, beneficiary, quantity, serial numbers, date. If any differs, do not rely on the paper.'],
  compared: ['以上取自记录；编号、数量、名称与序列号已同文件的这些部分逐项比对：', 'This is from the entry; number, quantity, names and serials were compared with these parts of the file:'],
  steps: ['核验步骤', 'Steps'],
  passed: ['通过', 'passed'],
  failed: ['未通过', 'failed'],
  not_checked: ['未核验', 'not checked'],
  optional: ['（可选）', '(optional)'],
  file_digest: ['文件 SHA-256', 'SHA-256 of the file'],
  page_digest: ['显示本页的 SHA-256', 'Show the SHA-256 of this page'],
  page_digest_why: ['被改动过的页面可以谎报；请用 sha256sum 对文件再算一次，与登记机构和见证方公布的值比较。', 'A changed page could lie: compute it again with sha256sum and compare with what registry and witnesses publish.'],
  limits: ['本页不重做方法学计算与图形核查，也不重绘纸面：它比对页面文字中的编号、受益人、数量与序列号，其余由您核对。', 'This page repeats no methodology and no geometry, and does not draw the paper again: it compares number, beneficiary, quantity and serial numbers in the page’s words; the rest is yours to compare.'],
};

const STEP_NAMES = {
  file: ['文件', 'File'],
  seal: ['签章', 'Seal'],
  entry: ['记录与签名', 'Entry and its signatures'],
  registry: ['登记簿', 'Registry'],
  proof: ['证明文件', 'Proof file'],
  checkpoint: ['检查点签名', 'Checkpoint signature'],
  witnesses: ['见证方', 'Witnesses'],
  inclusion: ['记录在树中', 'Inclusion'],
  units: ['单位与数量', 'Units and sums'],
  page: ['页面文字', 'Words on the page'],
  credential: ['所附凭证', 'Credential'],
  code: ['二维码声明', 'Statement in the code'],
  history: ['同一份历史', 'One history'],
  record: ['文件登载', 'Record of the file'],
  tiles: ['瓦片与记录', 'Tiles and entries'],
  fresh: ['新近见证', 'Witnessed recently'],
  ledger: ['逐条与链', 'Entries and chain'],
  orders: ['全部签名', 'All signatures'],
  root: ['树根', 'Root'],
  state: ['已承诺的状态', 'Committed state'],
};

const LANGUAGES = ['zh', 'en'];
let language = 'zh';

/** Return a text of a catalogue in the page's language, or in the one that is asked for. */
function say(pair, facts = {}, wanted = language) {
  const text = pair[LANGUAGES.indexOf(wanted)];
  return text.replaceAll(/\{(\w+)\}/g, (whole, name) => String(facts[name] ?? whole));
}

/** Return why a step came out as it did; a code without a sentence is shown as it is. */
function reasonOf({ code, facts }, wanted = language) {
  const pair = REASONS[code];
  const reason = pair === undefined ? code : say(pair, facts, wanted);
  const inner = code === 'ledger_entry' && REASONS[facts.code];
  return inner ? `${reason}: ${say(inner, facts, wanted)}` : reason;
}
