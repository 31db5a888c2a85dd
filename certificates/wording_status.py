"""The fixed words of a status copy: states, events and reasons, in Chinese and English."""

from typing import Final

from certificates.content_parts import Pair

TITLE: Final = Pair("状态副本", "Status copy")
NO_CERTIFICATE: Final = Pair("本文件不是证书", "This is not a certificate")
STATES: Final = {
    "expired": Pair("已失效", "EXPIRED"),
    "impaired": Pair("已减损", "IMPAIRED"),
    "revoked": Pair("已撤销", "REVOKED"),
    "superseded": Pair("已更正", "CORRECTED"),
    "suspended": Pair("已暂停", "SUSPENDED"),
    "valid": Pair("有效（已恢复）", "VALID AGAIN"),
}
MEANINGS: Final = {
    "expired": Pair(
        "展示期已届满，不得再行展示；所证明的事实不因此失效。",
        "Its term of display has ended: not to be displayed. The fact that it states remains.",
    ),
    "impaired": Pair(
        "所载单位中有损失未获弥补，弥补之前不得据此作出声明。",
        "A loss of units that it names is not covered; no claim may rest on it until it is.",
    ),
    "revoked": Pair("自始不得采信，不可恢复。", "Not to be relied on, and for good."),
    "superseded": Pair(
        "所附文件的文字有误，请使用更正后的文件；编号、数量和序列号不变。",
        "Texts of the attached file are wrong: use the corrected copy. Number, quantities and "
        "serials are unchanged.",
    ),
    "suspended": Pair("审查期间不得采信。", "Not to be relied on while it is under examination."),
    "valid": Pair("曾有变动，现已恢复有效。", "Something happened to it; it is valid again."),
}
EVENTS: Final = {
    "expired": Pair("展示期届满", "expired"),
    "impaired": Pair("受损", "impaired"),
    "reinstated": Pair("恢复（暂停解除）", "reinstated"),
    "restored": Pair("补足恢复", "restored"),
    "revoked": Pair("撤销", "revoked"),
    "superseded": Pair("更正，旧文件被取代", "corrected, earlier files superseded"),
    "suspended": Pair("暂停", "suspended"),
}
REASONS: Final = {
    "complaint": Pair("收到投诉", "a complaint"),
    "complaint_unfounded": Pair("投诉不成立", "the complaint was unfounded"),
    "court_decision": Pair("司法裁判", "a court's decision"),
    "display_right_ended": Pair("展示期限已过", "the term of display has ended"),
    "double_claim": Pair("重复声明", "a double claim"),
    "erratum": Pair("文字更正", "an erratum"),
    "false_statement": Pair("陈述不实", "a false statement"),
    "issued_in_error": Pair("误发", "issued in error"),
    "loss": Pair("损失逾期未补足", "a loss was not replaced in time"),
    "loss_covered": Pair("损失已补足", "the loss is covered"),
    "loss_under_study": Pair("损失核实中", "a loss is under study"),
    "no_error": Pair("未发现差错", "no error was found"),
    "replacement": Pair("业主补足了所损失的碳汇", "the owner replaced units for the loss"),
    "suspected_error": Pair("疑有差错", "a suspected error"),
    "verification_reopened": Pair("核查重新进行", "its verification was reopened"),
    "verification_upheld": Pair("核查结论维持", "the verification was upheld"),
    "verification_withdrawn": Pair("核查结论撤回", "its verification was withdrawn"),
}

REASON: Final = Pair("原因", "Reason")
BY_ENTRY: Final = Pair("依据记录", "By entry")
CASE_FILE: Final = Pair("案卷摘要（SHA-256）", "Digest of the case file (SHA-256)")
AS_OF: Final = Pair("截至", "As of")
CHECKPOINT: Final = Pair("检查点", "Checkpoint")
IMPAIRED: Final = Pair("未弥补的数量", "Quantity not covered")
HISTORY: Final = Pair("经过", "What happened")
ORIGINAL: Final = Pair("所附原件", "Attached original")
ORIGINAL_NOTE: Final = Pair("原件未作任何改动", "the file as issued, unaltered")
LIMITS: Final = (
    Pair(
        "本文件不是证书，没有签章，不能代替证书，也不能证明其后的状态。",
        "This is not a certificate. It bears no seal, replaces no certificate, and says nothing of "
        "what happened later.",
    ),
    Pair(
        "状态以所附状态证明（status.state-proof）为准，可离线核验；现时状态请在下列地址查询。",
        "The attached state proof (status.state-proof) is what counts and can be checked offline; "
        "for the status now, ask at the address below.",
    ),
)


def as_of(through: int, seq: int) -> Pair:
    """Say of which state the copy speaks."""
    return Pair(
        f"第 {through} 条及以前的记录（状态由第 {seq} 条记录承诺）",
        f"entries up to {through} (the state to which entry {seq} commits)",
    )
