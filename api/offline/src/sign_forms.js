// The forms: which fields each asks for, and how its answers become the body of an order.

const COUNTY_CODES = Object.keys(CHOICE_WORDS.county);
const PARAMETER_FORM = /^param\/[a-z][a-z0-9_.-]{0,63}\/[a-z][a-z0-9_.-]{0,63}$/;

const UNITS_FIELD = {
  name: 'units', type: 'either', label: ['哪些碳汇', 'Which units'],
  ways: [
    { label: ['按数量，最早的优先', 'An amount, the oldest first'], fields: [{ name: 'quantity_kg', type: 'tonnes', must: true, label: ['数量（吨，至多三位小数）', 'Amount in tonnes, up to three decimals'], hint: ['例如 42.318', 'For example 42.318'] }] },
    { label: ['按序号', 'By serial numbers'], fields: [{ name: 'serials', type: 'text', long: true, most: 20_000, must: true, label: ['序号，每行一段', 'Serials, one range a line'], hint: ['例如 BT-F-0001-20220101-20260831-01:1-500/X', 'For example BT-F-0001-20220101-20260831-01:1-500/X'] }] },
  ],
};
const AGENCY_FIELD = {
  name: 'agency', type: 'group', label: ['由代办机构签署时填写', 'Only when an agent signs'],
  fields: [{ name: 'agent', type: 'id', must: true, label: ['代办机构账户', "The agent's account"] }, { name: 'mandate_sha256', type: 'digest', must: true }],
};
const ACCOUNT_FIELD = { name: 'account', type: 'id', must: true, hint: ['例如 00000044', 'For example 00000044'] };
const CLAIM_FIELD = { name: 'claim', type: 'id', must: true };

const FORMS = {
  'account.open': [
    { name: 'type', type: 'choice', must: true, options: ['holder', 'agent', 'verifier', 'validator'] },
    { name: 'owner', type: 'either', label: ['哪个机构', 'Which organisation'], ways: [
      { label: ['新机构', 'A new one'], fields: [
        { name: 'name_zh', type: 'text', must: true }, { name: 'name_en', type: 'text' }, { name: 'uscc', type: 'uscc', must: true },
      ] },
      { label: ['已登记的机构', 'A registered one'], fields: [{ name: 'org', type: 'id', must: true, label: ['机构编号（其第一个账户的编号）', 'Its id (that of its first account)'] }] },
    ] },
    { name: 'dual_control', type: 'flag', value: true },
    { name: 'ets_covered', type: 'flag' },
    { name: 'affiliated', type: 'flag' },
    { name: 'representatives', type: 'list', least: 1, add: ['增加一名代表', 'Add a representative'], hint: ['每名代表都要用自己的密钥签名；双人控制须有一人发起、另一人复核。', 'Each signs with a key of their own; under dual control one initiates and another approves.'], item: { fields: [
      { name: 'name', type: 'text', must: true, label: ['姓名', 'Name'] },
      { name: 'id_number', type: 'text' }, { name: 'contact', type: 'text' },
      { name: 'key', type: 'key', must: true },
      { name: 'roles', type: 'checks', options: ['initiate', 'approve', 'read'], value: 'initiate' },
    ] } },
  ],
  'units.transfer': [
    { name: 'from', type: 'id', must: true }, { name: 'to', type: 'id', must: true }, UNITS_FIELD,
    { name: 'external_settlement', type: 'group', label: ['在别处结算的交易（可不填）', 'A trade settled elsewhere (optional)'], fields: [
      { name: 'venue', type: 'text', must: true }, { name: 'trade_no', type: 'text', most: 100, must: true }, { name: 'date', type: 'date', must: true },
      { name: 'price_fen', type: 'yuan', label: ['公开价格（元，可不填）', 'Published price in yuan (optional)'] },
    ] },
    AGENCY_FIELD,
  ],
  'units.retire': [
    ACCOUNT_FIELD, UNITS_FIELD,
    { name: 'purpose', type: 'choice', must: true, options: ['voluntary', 'event', 'meeting', 'gift', 'public_good'] },
    { ...CLAIM_FIELD, must: false, hint: ['注销时不填，以后不能再归入声明。', 'What is retired without a claim can never be attached to one later.'] },
    { name: 'beneficiary', type: 'either', ways: [
      { label: ['机构', 'An organisation'], fields: [{ name: 'org', type: 'org', must: true }] },
      { label: ['个人（承诺值）', 'A person (commitment)'], fields: [{ name: 'person', type: 'code', form: SHA256_FORM, must: true, label: ['个人的承诺值', 'Commitment to the person'] }] },
    ] },
    { name: 'consumption_period', type: 'group', label: ['使用期间（可不填）', 'Period of use (optional)'], fields: [{ name: 'start', type: 'date', must: true }, { name: 'end', type: 'date', must: true }] },
    { name: 'county', type: 'choice', options: COUNTY_CODES, label: ['地点（可不填）', 'Place (optional)'] },
    { name: 'payer', type: 'org', label: ['出资人（可不填）', 'Paid for by (optional)'] },
    { name: 'statement', type: 'words', label: ['说明（可不填）', 'Statement (optional)'] },
    AGENCY_FIELD,
  ],
  'holding.state': [ACCOUNT_FIELD],
  'claim.open': [
    ACCOUNT_FIELD, { name: 'kind', type: 'choice', must: true, options: ['EVENT', 'MEETING'] },
    { name: 'name', type: 'words', must: true }, { name: 'claimant', type: 'org', must: true },
    { name: 'start', type: 'date', must: true, label: ['开始日期', 'First day'] }, { name: 'end', type: 'date', must: true, label: ['结束日期', 'Last day'] },
    { name: 'county', type: 'choice', must: true, options: COUNTY_CODES }, { name: 'venue', type: 'words', must: true },
    { name: 'attendance', type: 'integer', must: true },
    { name: 'boundary', type: 'words', must: true, most: 600, long: true }, { name: 'standard', type: 'words', must: true, most: 300 },
    AGENCY_FIELD,
  ],
  'claim.measure': [
    ACCOUNT_FIELD, CLAIM_FIELD,
    { name: 'groups_g', type: 'group', must: true, label: ['分类排放（千克，至多三位小数，没有填 0）', 'Emissions by group in kilograms, up to three decimals, 0 if none'], fields: SOURCE_GROUPS.map((name) => ({ name, type: 'kilograms', must: true })) },
    { name: 'input_sha256', type: 'digest', must: true },
    { name: 'factors', type: 'lines', form: PARAMETER_FORM, must: true, label: ['采用的因子，每行一个', 'Factors used, one a line'], hint: ['例如 param/event/grid_neimenggu_2023', 'For example param/event/grid_neimenggu_2023'] },
    { name: 'proxies', type: 'lines', form: PARAMETER_FORM, label: ['其中经确认的替代因子，每行一个', 'Proxies among them, one a line'] },
    { name: 'reductions', type: 'list', item: { fields: [
      { name: 'description', type: 'words', must: true }, { name: 'quantity_kg', type: 'tonnes', must: true, label: ['减排量（吨）', 'Reduced, in tonnes'] }, { name: 'evidence_sha256', type: 'digest', must: true },
    ] } },
    { name: 'excluded', type: 'list', item: { fields: [
      { name: 'category', type: 'words', must: true, most: 100 }, { name: 'estimate_g', type: 'kilograms', must: true, label: ['估算排放（千克）', 'Estimate in kilograms'] }, { name: 'reason', type: 'words', must: true },
    ] } },
    AGENCY_FIELD,
  ],
  'claim.complete': [
    ACCOUNT_FIELD, CLAIM_FIELD,
    { name: 'assurance', type: 'either', ways: [
      { label: ['自我声明', 'Self-declared'], fields: [] },
      { label: ['第三方评价', 'Assured by a third party'], fields: [{ name: 'body', type: 'org', must: true }, { name: 'report_sha256', type: 'digest', must: true }] },
    ] },
    { name: 'conclusion', type: 'words', must: true, most: 300 }, { name: 'declarant', type: 'words', must: true }, { name: 'evaluator', type: 'words', must: true },
    { name: 'declared_on', type: 'date', must: true },
    AGENCY_FIELD,
  ],
};
