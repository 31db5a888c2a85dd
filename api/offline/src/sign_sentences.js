// Orders as sentences. A template names fields by their path; `when` says on which field a
// sentence depends, `each` repeats it for the items of a list.

const SENTENCES = {
  'account.keys': [
    { zh: '对账户 {account} 的签名人作如下变更：{action}。', en: 'Change who signs for account {account}: {action}.' },
    { when: 'representative', zh: '{representative.person} 以公钥 {representative.key} 成为代表，权限：{representative.roles}。', en: '{representative.person} becomes a representative with key {representative.key} and the roles: {representative.roles}.' },
    { when: 'lost_key', zh: '人员 {person} 遗失的公钥 {lost_key} 七日后由 {key} 取代，其间任何代表可提出异议。', en: 'The lost key {lost_key} of {person} is replaced by {key} after seven days, during which any representative may object.' },
    { when: 'key', unless: 'lost_key', zh: '所涉公钥：{key}。', en: 'The key it is about: {key}.' },
    { when: 'mandate_sha256', zh: '代办机构账户 {agent} 可代为签署：{kinds}，有效至 {until}。委托书摘要：{mandate_sha256}。', en: 'The agent {agent} may sign for it: {kinds}, until {until}. Digest of the mandate: {mandate_sha256}.' },
    { when: 'agent', unless: 'mandate_sha256', zh: '所涉代办机构账户：{agent}。', en: 'The agent it is about: {agent}.' },
  ],
  'account.open': [
    { zh: '开立一个账户，类型：{type}。', en: 'Open an account of the type: {type}.' },
    { when: 'org', zh: '账户属于已登记的机构 {org}。', en: 'It belongs to the registered organisation {org}.' },
    { when: 'commitment', zh: '账户属于一个新机构；其名称与代码不公开，只记录承诺值 {commitment}。', en: 'It belongs to a new organisation, whose name and code are not published: the log holds only the commitment {commitment}.' },
    { zh: '双人控制：{dual_control}；纳入碳排放权交易：{ets_covered}；与登记机构有隶属关系：{affiliated}。', en: 'Two persons must sign: {dual_control}; covered by emissions trading: {ets_covered}; affiliated with the registry: {affiliated}.' },
    { each: 'representatives', zh: '代表 {person}，权限：{roles}，公钥 {key}。', en: 'Representative {person}, roles: {roles}, key {key}.' },
  ],
  'anchor.record': [
    { zh: '记录 {authority} 对前 {size} 条记账（根哈希 {root}）出具的时间戳。', en: 'Record the time stamp that {authority} gave for the first {size} entries with the root {root}.' },
    { zh: '时间戳时间：{gen_time_us}；形式 {form}；文件摘要 {sha256}。', en: 'Time in the stamp: {gen_time_us}; form {form}; digest of the file {sha256}.' },
  ],
  'batch.issue': [
    { zh: '依据监测报告 {report} 签发第 {run} 批，总量 {gross_kg}，其中缓冲 {buffer_permille}。', en: 'Issue batch no. {run} on the monitoring report {report}: {gross_kg} in all, {buffer_permille} of it into the buffer.' },
    { zh: '核查结论见第 {attestation_seq} 条记账。', en: "The verifier's attestation is entry {attestation_seq}." },
  ],
  'certificate.correct': [
    { zh: '更正证书 {number} 的文字；已登记的文件标记为文字已更正。编号、数量和序号不变。', en: 'Correct the text of the certificate {number}; the files recorded so far are superseded. Numbers, quantities and serials stay.' },
    { each: 'corrections', zh: '{field}（{language}）：原文「{before}」，更正为「{after}」。', en: 'The {field} in {language}: “{before}” becomes “{after}”.' },
    { zh: '证据文件摘要 {evidence_sha256}。', en: 'Digest of the evidence: {evidence_sha256}.' },
  ],
  'certificate.expire': [
    { zh: '登记证书 {number} 的展示期已经届满；其所载事实不变。', en: 'Record that the right to display the certificate {number} has run out; the fact that it states stays.' },
  ],
  'certificate.record': [
    { zh: '登记证书 {number} 的第 {copy} 份文件，对象 {subject}。', en: 'Record copy {copy} of the certificate {number} about {subject}.' },
    { zh: '文件摘要 {sha256}；证明文件摘要 {proof_sha256}。', en: 'Digest of the file {sha256}; digest of its proof {proof_sha256}.' },
  ],
  'certificate.reinstate': [
    { zh: '恢复证书 {number}，原因：{reason}。', en: 'Reinstate the certificate {number}: {reason}.' },
    { zh: '证据文件摘要 {evidence_sha256}。', en: 'Digest of the evidence: {evidence_sha256}.' },
  ],
  'certificate.revoke': [
    { zh: '撤销证书 {number}，原因：{reason}。撤销后不能恢复；所注销的碳汇仍为已注销。', en: 'Revoke the certificate {number}: {reason}. This cannot be undone; its retired units stay retired.' },
    { zh: '证据文件摘要 {evidence_sha256}。', en: 'Digest of the evidence: {evidence_sha256}.' },
  ],
  'certificate.suspend': [
    { zh: '暂停证书 {number}，原因：{reason}。暂停期间不得采信该证书。', en: 'Suspend the certificate {number}: {reason}. Nobody should rely on it meanwhile.' },
    { zh: '证据文件摘要 {evidence_sha256}。', en: 'Digest of the evidence: {evidence_sha256}.' },
  ],
  'claim.complete': [
    { zh: '账户 {account} 完成零碳声明 {claim}，评价方式：{assurance.kind}。', en: 'Account {account} completes the claim {claim}, {assurance.kind}.' },
    { when: 'assurance.body', zh: '评价机构：{assurance.body}；报告摘要 {assurance.report_sha256}。', en: 'Assurance body: {assurance.body}; digest of the report {assurance.report_sha256}.' },
    { zh: '公开声明：「{declaration.conclusion}」，声明人 {declaration.declarant}，评价人 {declaration.evaluator}，日期 {declaration.declared_on}。', en: 'Published declaration: “{declaration.conclusion}”, declared by {declaration.declarant}, evaluated by {declaration.evaluator}, on {declaration.declared_on}.' },
    { when: 'on_behalf_of', zh: '由代办机构代账户 {on_behalf_of.account} 签署。', en: 'An agent signs on behalf of account {on_behalf_of.account}.' },
  ],
  'claim.measure': [
    { zh: '账户 {account} 申报零碳声明 {claim} 的排放总量 {total_g}，剩余排放 {residual_g}，均须注销抵消。', en: 'Account {account} states the emissions of the claim {claim}: {total_g} in all, residual {residual_g}, which retired units must cover.' },
    { zh: '电力与热力 {groups_g.energy}，燃料 {groups_g.fuel}，食宿 {groups_g.hospitality}，物料 {groups_g.supplies}，交通 {groups_g.transport}，废弃物 {groups_g.waste}。', en: 'Electricity and heat {groups_g.energy}, fuel {groups_g.fuel}, food and lodging {groups_g.hospitality}, supplies {groups_g.supplies}, transport {groups_g.transport}, waste {groups_g.waste}.' },
    { each: 'reductions', zh: '减排措施：{description}，减排 {quantity_kg}。', en: 'Reduction: {description}, {quantity_kg}.' },
    { each: 'excluded', zh: '未计入：{category}，估算 {estimate_g}，理由：{reason}。', en: 'Left out: {category}, estimated at {estimate_g}, because: {reason}.' },
    { when: 'computed_by', zh: '核算机构：{computed_by}。', en: 'Computed by: {computed_by}.' },
    { when: 'on_behalf_of', zh: '由代办机构代账户 {on_behalf_of.account} 签署。', en: 'An agent signs on behalf of account {on_behalf_of.account}.' },
  ],
  'claim.open': [
    { zh: '{claimant}（账户 {account}）开立零碳声明，类型：{kind}，名称「{name}」。', en: '{claimant} (account {account}) opens a claim of the kind {kind}, called “{name}”.' },
    { zh: '日期 {dates.start} 至 {dates.end}，地点 {place.county} {place.venue}，参加人数 {attendance}。', en: 'From {dates.start} to {dates.end}, at {place.venue}, {place.county}, attendance {attendance}.' },
    { zh: '核算边界：{boundary}。依据：{standard}。抵消方式：{path}。', en: 'Boundary: {boundary}. Standard: {standard}. Path: {path}.' },
    { when: 'on_behalf_of', zh: '由代办机构代账户 {on_behalf_of.account} 签署。', en: 'An agent signs on behalf of account {on_behalf_of.account}.' },
  ],
  'external.lock': [
    { zh: '因外部机制「{scheme}」的票据 {ticket}，锁定地块 {parcels}。', en: 'Lock the parcels {parcels}, because of the ticket {ticket} of the scheme “{scheme}”.' },
    { zh: '证据文件摘要 {evidence_sha256}。', en: 'Digest of the evidence: {evidence_sha256}.' },
  ],
  'geometry.publish': [
    { zh: '公开地块 {parcel} 的概略轮廓，理由：{reason}。公开后不能收回。', en: 'Publish a generalised outline of the parcel {parcel}, because: {reason}. It cannot be taken back.' },
  ],
  'holding.state': [
    { zh: '记载账户 {account} 在此刻持有的全部碳汇，供出具持有证明。不转移任何碳汇，也不承诺以后仍然持有。', en: 'State all units that account {account} holds at this moment, for a statement of holdings. Nothing moves, and nothing is promised for later.' },
  ],
  'log.freeze': [
    { zh: '永久冻结账本，理由：{reason}。后继账本：{successor}。', en: 'Freeze the log for ever, because: {reason}. Its successor: {successor}.' },
  ],
  'log.keys': [
    { zh: '账本公钥：{action}。理由：{reason}。', en: 'Keys of the log: {action}, because: {reason}.' },
    { each: 'vkeys', zh: '公钥 {vkey}。', en: 'Key {vkey}.' },
  ],
  'loss.declare': [
    { zh: '登记项目 {project} 损失 {quantity_kg}，原因：{cause}，发生于 {happened_on}。', en: 'Declare that the project {project} lost {quantity_kg} by {cause} on {happened_on}.' },
    { when: 'parcels', zh: '所涉地块：{parcels}。', en: 'Parcels: {parcels}.' },
    { zh: '先从缓冲池核减作废，不足部分由项目业主在一年内补足。证据文件摘要 {evidence_sha256}。', en: 'The buffer is cancelled first; what it does not cover the owner replaces within a year. Digest of the evidence: {evidence_sha256}.' },
  ],
  'loss.impair': [
    { zh: '损失 {loss} 逾期未补足的部分，按公布的顺序登记所涉证书受损。', en: 'Impair certificates in the published order by what nobody replaced of the loss {loss} in time.' },
  ],
  'loss.replace': [
    { zh: '从账户 {account} 核减作废 {units}，补足损失 {loss}。作废后不能恢复。', en: 'Cancel {units} from account {account} to replace the loss {loss}. This cannot be undone.' },
  ],
  'parameters.confirm': [
    { zh: '确认参数表 {table} 中的 {factor_ids} 可以使用，理由：{reason}。', en: 'Confirm that {factor_ids} of the table {table} may be used, because: {reason}.' },
  ],
  'parameters.publish': [
    { zh: '向参数表 {table} 发布以下参数。', en: 'Publish these parameters in the table {table}.' },
    { each: 'rows', zh: '{factor_id}（{name_zh}）= {value} {unit}，自 {valid_from} 起，来源 {source}，{applicability}，置信度 {confidence_permille}。', en: '{factor_id} ({name_en}) = {value} {unit}, from {valid_from}, source {source}, {applicability}, confidence {confidence_permille}.' },
  ],
  'parcel.register': [
    { zh: '账户 {account} 登记一个地块：{county}，{ecosystem}，面积 {stated_area_m2}，权证面积 {title_area_m2}。', en: 'Account {account} registers a parcel: {county}, {ecosystem}, area {stated_area_m2}, {title_area_m2} in the title.' },
    { zh: '精确边界不公开，只记录承诺值 {commitment}。', en: 'Its exact polygon is not published: the log holds only the commitment {commitment}.' },
    { each: 'overlaps', zh: '与地块 {parcel} 重叠 {area_m2}。', en: 'It overlaps the parcel {parcel} by {area_m2}.' },
  ],
  'project.register': [
    { zh: '{owner}（账户 {account}）登记项目 {number}「{name}」，活动：{activity}，路径：{track}。', en: '{owner} (account {account}) registers the project {number}, “{name}”, activity: {activity}, track: {track}.' },
    { zh: '地块 {parcels}；方法学 {methodology.id} {methodology.version}；计入期 {crediting_period.start} 至 {crediting_period.end}。', en: 'Parcels {parcels}; methodology {methodology.id} {methodology.version}; crediting period {crediting_period.start} to {crediting_period.end}.' },
    { zh: '已知悉这些地块可能永久丧失 CCER 资格：{ccer_warning_accepted}。', en: 'Accepts that these parcels may lose CCER eligibility for ever: {ccer_warning_accepted}.' },
  ],
  'project.validate': [
    { zh: '{validator}（账户 {account}）审定项目 {project}，意见：{opinion}，报告摘要 {report_sha256}。', en: '{validator} (account {account}) validates the project {project}: {opinion}, digest of the report {report_sha256}.' },
  ],
  'registry.open': [
    { zh: '开设登记簿「{name}」，登记机构 {issuer}，环境：{environment}，来源标识 {origin}。', en: 'Found the registry “{name}” of {issuer}, environment: {environment}, origin {origin}.' },
    { each: 'officers', zh: '{role}人员 {person}，公钥 {key}。', en: 'Officer for {role}: {person}, key {key}.' },
    { each: 'services', zh: '系统服务 {name} 可签：{kinds}，公钥 {key}。', en: 'Service {name} may sign: {kinds}, key {key}.' },
    { when: 'predecessor', zh: '承接前一账本，其最后的检查点见下表。', en: 'It continues an earlier log, whose last checkpoint is in the table below.' },
  ],
  'report.submit': [
    { zh: '账户 {account} 提交项目 {project} 自 {period.start} 至 {period.end} 的监测报告，净减排量 {result.net_kg}。', en: 'Account {account} submits a monitoring report of the project {project} from {period.start} to {period.end}: net removal {result.net_kg}.' },
    { zh: '碳储量变化 {result.change_kg}，基线 {result.baseline_kg}，泄漏 {result.leakage_kg}，不确定性扣减 {result.deduction_kg}。', en: 'Change of stock {result.change_kg}, baseline {result.baseline_kg}, leakage {result.leakage_kg}, deduction for uncertainty {result.deduction_kg}.' },
  ],
  'report.verify': [
    { zh: '{verifier}（账户 {account}）核查监测报告 {report}：{opinion}，核定 {verified_kg}。', en: '{verifier} (account {account}) verifies the monitoring report {report}: {opinion}, {verified_kg} verified.' },
    { zh: '核查声明摘要 {statement_sha256}。', en: 'Digest of the verification statement: {statement_sha256}.' },
  ],
  'rules.activate': [
    { zh: '自下一条记账起启用规则集 {rule_set}，理由：{reason}。此前起草的指令全部作废。', en: 'Put the rule set {rule_set} into force from the next entry on, because: {reason}. Orders drafted before become void.' },
  ],
  'state.commit': [
    { zh: '承诺截至第 {through} 条记账的状态，根哈希 {root}，签发总量 {supply.gross}，已注销 {supply.retired}。', en: 'Commit to the state through entry {through}: root {root}, gross issuance {supply.gross}, retired {supply.retired}.' },
  ],
  'units.cancel': [
    { when: 'account', zh: '从账户 {account} 核减作废 {units}，原因：{reason}。', en: 'Cancel {units} from account {account}: {reason}.' },
    { when: 'pool', zh: '从{pool}缓冲池核减作废 {units}，原因：{reason}。', en: 'Cancel {units} from the {pool} buffer: {reason}.' },
    { zh: '作废后不能恢复，也不能用于任何声明。说明：{statement}', en: 'This cannot be undone, and the units can never serve a claim. {statement}' },
  ],
  'units.retire': [
    { zh: '从账户 {account} 注销 {units}，用途：{purpose}。注销后不能恢复。', en: 'Retire {units} from account {account}, purpose: {purpose}. This cannot be undone.' },
    { when: 'beneficiary.org', zh: '受益人：{beneficiary.org}。', en: 'Beneficiary: {beneficiary.org}.' },
    { when: 'beneficiary.person', zh: '受益人是个人，只记录承诺值 {beneficiary.person}。', en: 'The beneficiary is a person; the log holds only the commitment {beneficiary.person}.' },
    { when: 'claim', zh: '用于零碳声明 {claim}。', en: 'It serves the claim {claim}.' },
    { unless: 'claim', zh: '不用于任何零碳声明，以后也不能再归入声明。', en: 'It serves no claim, and can never be attached to one later.' },
    { when: 'consumption_period', zh: '使用期间 {consumption_period.start} 至 {consumption_period.end}。', en: 'Period of use: {consumption_period.start} to {consumption_period.end}.' },
    { when: 'payer', zh: '出资人：{payer}。', en: 'Paid for by {payer}.' },
    { when: 'statement', zh: '说明：{statement}', en: 'Statement: {statement}' },
    { when: 'on_behalf_of', zh: '由代办机构代账户 {on_behalf_of.account} 签署。', en: 'An agent signs on behalf of account {on_behalf_of.account}.' },
  ],
  'units.transfer': [
    { zh: '从账户 {from} 向账户 {to} 划转 {units}。', en: 'Transfer {units} from account {from} to account {to}.' },
    { when: 'external_settlement', zh: '已在 {external_settlement.venue} 结算，成交编号 {external_settlement.trade_no}，日期 {external_settlement.date}。', en: 'Settled at {external_settlement.venue}, trade {external_settlement.trade_no}, on {external_settlement.date}.' },
    { when: 'external_settlement.price_fen', zh: '公开价格：{external_settlement.price_fen}（总价）。受让方也须签名。', en: 'Published price: {external_settlement.price_fen} in all. The buyer must sign as well.' },
    { when: 'on_behalf_of', zh: '由代办机构代账户 {on_behalf_of.account} 签署。', en: 'An agent signs on behalf of account {on_behalf_of.account}.' },
  ],
};
