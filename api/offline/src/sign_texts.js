// Sentences of the desk, by code: what is wrong and what to do next.

const SIGN_TEXTS = {
  utf8: ['文件不是 UTF-8 文本。请向发送人重新索取。', 'The file is no UTF-8 text. Ask its sender for it again.'],
  json: ['文件不是 JSON。请向发送人重新索取。', 'The file is no JSON. Ask its sender for it again.'],
  no_browser: [
    '本浏览器不能使用 Ed25519 密钥，或本页不是由安全地址打开。请把本页存成文件后打开，并使用 2025 年中以后的 Chrome、Edge、Firefox 或 Safari。',
    'This browser cannot use Ed25519 keys, or the page was opened from an insecure address. Save the page as a file, open the file, and use Chrome, Edge, Firefox or Safari from mid-2025 or later.',
  ],
  passphrase_short: [`口令至少 ${PASSPHRASE_LETTERS_MIN} 个字符。请用几个不相关的词组成较长的口令。`, `A passphrase has at least ${PASSPHRASE_LETTERS_MIN} characters. Take several unrelated words.`],
  passphrase_long: ['口令过长。请缩短到 1,000 字节以内。', 'The passphrase is too long. Keep it below 1,000 bytes.'],
  passphrase_differs: ['两次输入的口令不同。请重新输入。', 'The two passphrases differ. Type them again.'],
  passphrase_missing: ['密钥文件是加密的。请输入口令。', 'The key file is encrypted. Type its passphrase.'],
  passphrase_wrong: ['口令不对，密钥文件没有打开。请重新输入；口令遗失后无法找回。', 'The passphrase is wrong and the key file stays closed. Type it again; a lost passphrase cannot be recovered.'],
  no_file: ['请先选择密钥文件。', 'Choose a key file first.'],
  key_file: ['这不是密钥文件（PEM）。请选择本页或 sinkledger keygen 生成的文件。', 'This is no key file (PEM). Choose one that this page or sinkledger keygen made.'],
  key_der: ['密钥文件已损坏。请使用备份。', 'The key file is damaged. Use your backup.'],
  key_other: ['文件里不是 Ed25519 密钥。请选择另一个文件。', 'The file holds no Ed25519 key. Choose another file.'],
  key_cipher: ['本页不认识密钥文件的加密方式。请用 sinkledger 或本页重新生成密钥。', 'This page does not know how the key file is encrypted. Make a key with this page or with sinkledger.'],
  base64: ['密钥文件已损坏。请使用备份。', 'The key file is damaged. Use your backup.'],
  hex: ['此处应为十六进制小写字符。', 'This takes lowercase hexadecimal digits.'],
  order_large: ['文件太大，不是指令文件。', 'The file is too large to be an order.'],
  order_canonical: ['文件内容不是规范格式，可能被改动过。请不要签名，向发送人重新索取。', 'The file is not in its canonical form and may have been altered. Do not sign; ask its sender for it again.'],
  order_form: ['文件不是有效的指令（{field}）。请不要签名，向发送人重新索取。', 'The file holds no valid order ({field}). Do not sign; ask its sender for it again.'],
  order_changed: ['指令与其中已有的签名不符：签名之后内容被改动过。请不要签名，告知发送人。', 'The order does not fit a signature in it: it was changed after somebody signed. Do not sign; tell its sender.'],
  order_record: ['附带的私密记录与指令中的承诺值不符。请不要签名，告知发送人。', 'A private record does not fit its commitment in the order. Do not sign; tell its sender.'],
  signed_already: ['这把密钥已经签过这份指令。请保存后交给下一位签名人，或直接提交。', 'This key has signed the order already. Save it for the next signer, or send it.'],
  signatures_full: ['指令已有 8 个签名，不能再加。', 'The order has 8 signatures and takes no more.'],
  no_key: ['请先在第二步打开密钥。', 'Open a key in step 2 first.'],
  no_facts: ['请先在第一步读入登记信息。', 'Read the registry facts in step 1 first.'],
  no_signature: ['指令还没有签名。请先签名。', 'Nobody has signed the order yet. Sign it first.'],
  not_read: ['请先阅读指令，并勾选「我已阅读」。', 'Read the order first and tick “I have read it”.'],
  other_log: ['指令是给另一个登记簿（{log}）的，与第一步的登记信息（{origin}）不同，因此不能签名。请读入正确的登记信息。', 'The order is for another registry ({log}) than the facts of step 1 ({origin}), so it cannot be signed. Read the right facts.'],
  facts_form: ['文件不是登记信息。请从登记系统的 /v1/registry 重新下载。', 'The file holds no registry facts. Download it again from /v1/registry of the registry.'],
  address_form: ['请填写登记系统的网址，例如 https://registry.example。', 'Type the address of the registry, for example https://registry.example.'],
  address_insecure: ['私密记录不得明文传输：网址须以 https:// 开头，或在本机。', 'Private records must not travel in clear: the address begins with https://, or is this computer.'],
  unreachable: ['没有得到登记系统的答复，不知指令是否已送达。请检查网络后再次提交：同一指令只会记账一次。', 'The registry did not answer, and the order may or may not have arrived. Check the network and send again: one order is recorded only once.'],
  facts_unreachable: ['没有读到登记信息。请检查网址和网络，或改用下载的文件。', 'The registry facts could not be read. Check the address and the network, or use a downloaded file.'],
  answer_form: ['登记系统的答复无法识别（状态 {status}）。请稍后再次提交：同一指令只会记账一次。', 'The answer of the registry is not understood (status {status}). Send again later: one order is recorded only once.'],
  field_missing: ['请填写「{zh}」。', 'Fill in “{en}”.'],
  field_form: ['「{zh}」的格式不对。{hint_zh}', '“{en}” has the wrong form. {hint_en}'],
  field_long: ['「{zh}」太长。', '“{en}” is too long.'],
  field_hidden: ['「{zh}」含有看不见的字符。请重新输入。', '“{en}” holds invisible characters. Type it again.'],
  uscc: ['统一社会信用代码有误：校验位不符。', 'The unified social credit code is wrong: its check character does not fit.'],
  serial: ['序号「{serial}」有误：请照证书或账户页原样抄写，每行一段。', 'The serial “{serial}” is wrong: copy it exactly, one range a line.'],
  dates_reversed: ['结束日期早于开始日期。', 'The end lies before the start.'],
  no_program: ['本页内部出错，没有签名也没有提交。请重新打开本页。', 'This page has failed; nothing was signed or sent. Open it again.'],
};

/** What to do next, by the code of a refusal or else by its class. */
const NEXT_STEPS = {
  2001: ['指令是给另一个登记簿的。请确认网址。', 'The order is for another registry. Check the address.'],
  2002: ['规则集已更换：请重新读入登记信息，重新起草并签名。', 'The rule set has changed: read the registry facts anew, then draft and sign again.'],
  2003: ['指令已过期：请重新起草并签名。', 'The order has expired: draft and sign it again.'],
  2004: ['有效期超过 30 天，登记系统现在不会接受。请核对本机时钟，或重新起草。', 'It would be valid for more than 30 days, which the registry does not take now. Check the clock of this device, or draft it again.'],
  2006: ['签名所用的公钥尚未登记。请确认选对了密钥文件，或先开户。', 'The key that signed is not registered. Check that you took the right key file, or open an account first.'],
  2008: ['还缺签名：请点「保存」，把 .order 文件交给下一位签名人，由其在本页打开、签名并提交。', 'A signature is missing: choose “Save” and pass the .order file on to the next signer, who opens, signs and sends it here.'],
  2009: ['有多余的签名：请从未签名的文件重新开始，只由所需的人签名。', 'There is a signature too many: begin again from the unsigned file, signed only by those who are needed.'],
  2010: ['同一编号的另一份指令已经记账。请重新起草。', 'Another order of the same nonce is recorded. Draft a new one.'],
  1: ['请更正后重新起草。', 'Correct it and draft the order again.'],
  2: ['请核对签名人和密钥后重试。', 'Check signers and keys, then try again.'],
  3: ['请核对编号和当前状态后重新起草。', 'Check the ids and the present state, then draft again.'],
  4: ['请核对数量和序号后重新起草。', 'Check amounts and serial numbers, then draft again.'],
  5: ['不符合规则：请按说明更正后重新起草。', 'The rules do not allow it: correct it as explained and draft again.'],
};

/** What came to be, by kind: what the id of the entry names. */
const ID_OF_KIND = {
  'account.open': ['新账户编号', 'Id of the new account'],
  'claim.open': ['零碳声明编号', 'Id of the claim'],
  'holding.state': ['持有记载编号', 'Id of the statement of holdings'],
  'units.retire': ['注销编号', 'Id of the retirement'],
  'parcel.register': ['地块编号', 'Id of the parcel'],
  'report.submit': ['监测报告编号', 'Id of the report'],
};

/** Return the sentence of a code as [zh, en], its facts made visible. */
function say(code, facts = {}) {
  const texts = Object.hasOwn(SIGN_TEXTS, code) ? SIGN_TEXTS[code] : SIGN_TEXTS.no_program;
  return texts.map((text) => text.replace(/\{([a-z_]+)\}/g, (_, name) => visible(String(facts[name] ?? ''))));
}
