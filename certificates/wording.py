"""The fixed sentences of the papers, Chinese and English side by side.

They limit what a paper can be taken for. Sources: 碳排放权交易管理暂行条例 (units of a city are no
allowances), MEE notice 2019 no. 19 (who computes, who declares), ISO 14068-1:2023 (a retirement is
not neutrality). The word 核证 never stands here: it belongs to the national programme.
"""

from typing import Final

from certificates.content_parts import Pair

RETIREMENT_TITLE: Final = Pair("碳汇注销证书", "Certificate of Carbon Sink Retirement")
CLAIM_TITLES: Final = {
    "EVENT": Pair("零碳活动声明证书（市域）", "City-level Zero-Carbon Event Statement"),
    "MEETING": Pair("零碳会议声明证书（市域）", "City-level Zero-Carbon Meeting Statement"),
}

INSTITUTION_TITLE: Final = Pair(
    "零碳机关声明证书（市域）", "City-level Zero-Carbon Institution Statement"
)
PRODUCT_TITLE: Final = Pair(
    "零碳产品声明登记证明（市域）", "Registration of a Zero-Carbon Product Statement"
)
SUBSCRIPTION_TITLE: Final = Pair("碳汇认购证书", "Certificate of Carbon Sink Subscription")
PLANTING_TITLE: Final = Pair("碳汇林建设证书", "Certificate of Sink Forest Planting")
RIGHT_TITLE: Final = Pair("碳汇权益登记证明", "Proof of Registered Carbon Sink Right")
HOLDING_TITLE: Final = Pair("碳汇单位持有证明", "Statement of Carbon Sink Units Held")

RETIREMENT_LEAD: Final = Pair(
    "兹证明下列碳汇单位已在本登记簿永久注销，受益人为",
    "This certifies the permanent retirement of the units below, on behalf of",
)
CLAIM_LEAD: Final = Pair(
    "兹证明下列声明已登记在案，其剩余排放量已由注销的碳汇单位覆盖",
    "This certifies that the statement below is on record, its residual covered by retired units",
)

PRODUCT_LEAD: Final = Pair(
    "兹证明下列产品批次的声明已登记在案，其剩余排放量已由注销的碳汇单位覆盖",
    "This certifies that the statement on this batch is on record, its residual covered by "
    "retired units",
)
SUBSCRIPTION_LEAD: Final = Pair(
    "兹证明下列碳汇单位已由认购方认购，尚未注销",
    "This certifies a subscription to the units below, which are not retired",
)
PLANTING_LEAD: Final = Pair(
    "兹证明下列碳汇林由建设方出资或出力营造",
    "This certifies that the forest below was planted with the means or work of",
)
RIGHT_LEAD: Final = Pair(
    "兹证明下列地块的碳汇权益已在本登记簿登记确认",
    "This certifies that the sink right of the parcel below is confirmed in this registry",
)

SAMPLE: Final = Pair("示例·无效", "SAMPLE · NOT VALID")
PERSON: Final = Pair("自然人（身份见本人所持文件）", "natural person, identity withheld")
SEE_ANNEX: Final = Pair("见附页", "see annex")
ANNEX: Final = Pair("附页", "Annex")
ANNEX_NOTE: Final = Pair("本附页是证书的组成部分。", "This annex is part of the certificate.")

UNITS: Final = Pair(
    "所载为市域自愿性单位，不属于CCER，不得用于配额清缴，不是绿证；未经公示程序。",
    "Voluntary units of one city: not CCER, not usable for allowance surrender, not green "
    "electricity certificates; no public-notice procedure took place.",
)
FUTURE_UNITS: Final = Pair(
    "此后产生的单位为市域自愿性单位，不属于CCER，不得用于配额清缴，不是绿证。",
    "Units that may follow are voluntary units of one city: not CCER, not usable for allowance "
    "surrender, not green electricity certificates.",
)
NO_PROPERTY: Final = Pair(
    "本证明仅记载登记事实，不创设物权，不替代不动产权属证书。",
    "It records a registration only; it creates no property right and replaces no title deed.",
)
NO_QUANTITY: Final = Pair(
    "不代表已实现的碳汇量。", "It does not stand for any carbon removal that was achieved."
)
NOT_RETIRED: Final = Pair(
    "认购不等于注销，不得据此宣称零碳。",
    "A subscription is no retirement: no zero-carbon claim may rest on it.",
)
HELD_THEN: Final = Pair(
    "仅说明截至所载记录持有的全部单位，不代表现在仍然持有；持有不等于注销，不得据此宣称零碳。",
    "These are all units held at that entry, which is not now. Holding is no "
    "retirement: no zero-carbon claim may rest on it.",
)
NO_PRODUCT_MARK: Final = Pair(
    "非产品认证，非产品碳足迹标识。",
    "Neither a certification of the product nor a product carbon footprint label.",
)
PERMANENT: Final = Pair(
    "所载单位已永久退出流通，不得再次转让、出售或另作主张。",
    "Out of circulation for good: not to be transferred, sold or claimed again.",
)
RETIREMENT_ONLY: Final = Pair(
    "本证书仅证明注销事实，不构成对受益人整体“碳中和”状态的认定。",
    "Attests the retirement only, not that the beneficiary as a whole is carbon neutral.",
)
ETS: Final = Pair(
    "注销账户属全国碳市场配额管理单位：不得抵减其配额清缴。",
    "The retiring account is in the national ETS: this lowers nothing that it must surrender.",
)
HOLDER_ETS: Final = Pair(
    "持有账户属全国碳市场配额管理单位：所载单位不得抵减其配额清缴。",
    "The account is in the national ETS: these units lower nothing that it must surrender.",
)
AFFILIATED: Final = Pair(
    "项目业主与登记机构有隶属关系。", "The project's owner is affiliated with the registry."
)
CHECK: Final = Pair(
    "无法联网核验不等于无效，请用镜像或离线工具核验，核验前勿采信。",
    "Not checkable online does not mean void: use the mirror or the offline tool, and do not rely "
    "on it before it is checked.",
)

MAP: Final = Pair("所在旗县区（示意）", "County (sketch)")
OUTLINE: Final = Pair("公布范围与旗县区（示意）", "Outline and county (sketch)")
SERIALS: Final = Pair("序列号（每号 1 千克）", "Serials, one per kg")
WHO: Final = Pair("名称与代码", "Name and code")
IN_ALL: Final = Pair("合计", "in all")
RESERVED: Final = Pair("已预留，未注销", "Reserved, not retired")
ORGANISER: Final = Pair("组织者", "the organiser")
DECLARANT: Final = Pair("声明人", "the declarant")
VERIFY: Final = Pair("核验", "Verify")
MIRROR: Final = Pair("镜像", "Mirror")
NUMBER: Final = Pair("证书编号", "Certificate No.")
LOG_ENTRY: Final = Pair("登记条目", "Log entry")
CHECKPOINT: Final = Pair("检查点", "Checkpoint")
SCAN: Final = Pair("扫码核验", "Scan to verify")
SEALED: Final = Pair(
    "数字签章（PAdES），签章后任何改动均使其失效",
    "Digital seal (PAdES); any later change breaks it",
)
OFFLINE: Final = Pair("离线核验程序", "Offline verifier")

ECOSYSTEMS: Final = {
    "F": Pair("森林", "Forest"),
    "G": Pair("草原", "Grassland"),
    "W": Pair("湿地", "Wetland"),
}
CHIEF_LEVELS: Final = {
    "city": Pair("市级", "City"),
    "county": Pair("旗县区级", "County"),
    "township": Pair("苏木乡镇级", "Township"),
    "village": Pair("嘎查村级", "Village"),
}
PROXIES: Final = Pair("使用的替代因子", "Proxy factors used")
PURPOSES: Final = {
    "event": Pair("抵消大型活动排放", "Offsetting an event's emissions"),
    "gift": Pair("赠与", "Gift"),
    "meeting": Pair("抵消会议排放", "Offsetting a meeting's emissions"),
    "public_good": Pair("公益", "Public good"),
    "voluntary": Pair("自愿注销", "Voluntary retirement"),
}
GROUPS: Final = {
    "fuel": Pair("燃料", "Fuel"),
    "energy": Pair("电力热力", "Energy"),
    "transport": Pair("交通", "Transport"),
    "hospitality": Pair("餐饮住宿", "Hospitality"),
    "supplies": Pair("物料", "Supplies"),
    "waste": Pair("废弃物", "Waste"),
}
OFFSET_TYPE: Final = Pair(
    "注销市域自愿性碳汇单位", "Retirement of voluntary carbon sink units of the city"
)
SELF_COMPUTED: Final = Pair("组织者自行核算", "The organiser")
SELF_ASSURED: Final = Pair("自我声明，未经第三方评价", "Self-declared, no third-party assurance")


CORRECTED: Final = {
    "beneficiary": Pair("受益人", "beneficiary"),
    "boundary": Pair("核算边界", "boundary"),
    "claimant": Pair("组织者", "organiser"),
    "conclusion": Pair("声明结论", "conclusion"),
    "declarant": Pair("声明人", "declarant"),
    "evaluator": Pair("评价人", "evaluator"),
    "name": Pair("活动名称", "name"),
    "payer": Pair("付款人", "payer"),
    "standard": Pair("依据标准", "standard"),
    "statement": Pair("注销人自述", "retirer's own words"),
    "venue": Pair("地点", "venue"),
}
"""The texts that an erratum may correct."""

LANGUAGES: Final = {"en": Pair("英文", "English"), "zh": Pair("中文", "Chinese")}


def corrected(seq: int, when: Pair, copies: int) -> Pair:
    """Say that a copy is corrected: by which entry, when, and which files it replaces."""
    zh = "第 1 份" if copies == 1 else f"第 1 至 {copies} 份"
    en = "copy 1" if copies == 1 else f"copies 1 to {copies}"
    return Pair(
        f"更正件：依据第 {seq} 条记录（{when.zh}）更正，取代{zh}文件，原文与更正见附页；"
        "编号、数量和序列号不变。",
        f"Corrected copy: corrected by erratum, entry {seq} of {when.en}, replaces {en}; both "
        "texts in the annex; number, quantities and serials unchanged.",
    )


def bound_to_claim(claim: str) -> Pair:
    """Say that units serve one claim and nothing else."""
    return Pair(
        f"专用于本声明（{claim}），不得另作主张。",
        f"Retired for claim {claim} alone; no other claim may rest on it.",
    )


def by_agent(account: str) -> Pair:
    """Say that an agent acted for the account.

    It stands by its number: the log knows its organisation by a commitment alone, and a paper
    says nothing that its entries do not.
    """
    return Pair(f"由代办账户 {account} 代办。", f"Done by the agent account {account}.")


def assured_by(body: Pair | None) -> Pair:
    """Say which third party assured a claim, or that none did."""
    if body is None:
        return SELF_ASSURED
    return Pair(f"第三方评价：{body.zh or body.en}", f"Third party: {body.en or body.zh}")


def who_computed(body: Pair | None, claimant: Pair = ORGANISER) -> Pair:
    """Say that emissions are not the registry's figure: the claimant's, or a body's."""
    zh = body.zh or body.en if body else claimant.zh
    en = body.en or body.zh if body else claimant.en
    return Pair(
        f"登记机构仅证明注销事实与数量关系；排放量由{zh}核算。",
        f"The registry attests only the retirement and its sums; emissions computed by {en}.",
    )


def holding_lead(seq: int) -> Pair:
    """Say as of when units were held."""
    return Pair(
        f"兹证明截至第 {seq} 条记录，下列账户持有的全部碳汇单位为",
        f"This certifies all carbon sink units that were held, as of entry {seq}, by",
    )
