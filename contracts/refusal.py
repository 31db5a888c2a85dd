"""Refusals: why the rules say no, as permanent numbers in five classes.

The classes are checked in this order and the first failing check answers: 1 form, 2 signature
and authority, 3 existence and state, 4 quantity and serials, 5 programme rules. A number is
never given a new meaning; the sentences for people live in `api/text`.
"""

from enum import IntEnum

from contracts.values import Json


class RefusalCode(IntEnum):
    """Every reason for which an order is not recorded."""

    # 1 form
    NOT_CANONICAL = 1001
    TOO_LARGE = 1002
    FIELD_MISSING = 1003
    FIELD_UNKNOWN = 1004
    FIELD_TYPE = 1005
    FIELD_RANGE = 1006
    FIELD_FORMAT = 1007
    CHOICE_UNKNOWN = 1008
    KIND_UNKNOWN = 1009
    TOO_MANY_ITEMS = 1010
    TEXT_FORBIDDEN = 1011
    DUPLICATE_ITEM = 1012
    RANGE_EMPTY = 1013
    RANGES_OVERLAP = 1014
    QUANTITY_OR_RANGES = 1015
    USCC_INVALID = 1016
    DATES_REVERSED = 1017
    RECORD_MISSING = 1019
    RECORD_MISMATCH = 1020
    GEOMETRY_INVALID = 1021

    # 2 signature and authority
    WRONG_LOG = 2001
    RULES_NOT_ACTIVE = 2002
    ORDER_EXPIRED = 2003
    VALID_TOO_LONG = 2004
    SIGNATURE_INVALID = 2005
    KEY_UNKNOWN = 2006
    KEY_NOT_VALID = 2007
    SIGNATURE_MISSING = 2008
    SIGNATURE_SURPLUS = 2009
    NONCE_REUSED = 2010
    KEY_WEAK = 2011
    ACTOR_WRONG = 2012
    MANDATE_MISSING = 2013

    # 3 existence and state
    REGISTRY_ALREADY_OPEN = 3001
    REGISTRY_NOT_OPEN = 3002
    OFFICER_ROLES_MISSING = 3003
    KEY_ALREADY_USED = 3004
    PERSON_CONFLICT = 3005
    PERSON_UNKNOWN = 3006
    ORG_UNKNOWN = 3007
    ORG_ALREADY_KNOWN = 3008
    ACCOUNT_UNKNOWN = 3009
    ACCOUNT_TYPE_WRONG = 3010
    REPRESENTATIVES_TOO_FEW = 3011
    OFFICER_IN_HOLDER_ACCOUNT = 3012
    RECOVERY_NOT_OPEN = 3013
    PARAMETER_UNKNOWN = 3014
    PARAMETER_ALREADY_CONFIRMED = 3015
    PARCEL_UNKNOWN = 3016
    PARCEL_NOT_OWNED = 3017
    PARCEL_ALREADY_KNOWN = 3018
    PROJECT_UNKNOWN = 3019
    PROJECT_NUMBER_TAKEN = 3020
    PROJECT_ALREADY_VALIDATED = 3021
    PROJECT_NOT_VALIDATED = 3022
    REPORT_UNKNOWN = 3023
    REPORT_ALREADY_VERIFIED = 3024
    REPORT_NOT_VERIFIED = 3025
    RUN_WRONG = 3026
    BATCH_UNKNOWN = 3027
    SETTLEMENT_ALREADY_USED = 3028
    CLAIM_UNKNOWN = 3029
    CLAIM_STATE_WRONG = 3030
    CLAIM_SUBJECT_TAKEN = 3031
    CLAIM_NOT_OWN = 3032
    SUBJECT_UNKNOWN = 3033
    CERTIFICATE_NUMBER_WRONG = 3034
    CERTIFICATE_COPY_WRONG = 3035
    FILE_ALREADY_RECORDED = 3036
    RULES_UNKNOWN = 3037
    RULES_ALREADY_ACTIVE = 3038
    SAME_ACCOUNT = 3039
    LOCK_ALREADY_KNOWN = 3040
    MANDATE_UNKNOWN = 3041
    LEDGER_READ_ONLY = 3042

    # 4 quantity and serials
    BALANCE_TOO_LOW = 4001
    UNITS_NOT_HELD = 4002
    TOO_MANY_RANGES = 4003
    NUMBERS_DO_NOT_ADD_UP = 4004
    NOTHING_TO_ISSUE = 4005
    MORE_THAN_VERIFIED = 4006
    VERIFIED_MORE_THAN_REPORTED = 4007
    BUFFER_TOO_SMALL = 4008
    OVERLAP_TOO_LARGE = 4009
    OVERLAP_STATEMENT_WRONG = 4010
    NET_AREA_ZERO = 4011
    RETIRED_TOO_LITTLE = 4012
    DEDUCTION_TOO_SMALL = 4013
    AREA_MISSTATED = 4014

    # 5 programme rules
    NOT_INDEPENDENT = 5001
    OPINION_NOT_POSITIVE = 5002
    TRACK_EXCLUSIVE = 5003
    PARCEL_LOCKED = 5004
    LOCAL_ISSUANCE_BARS_CCER = 5005
    CCER_WARNING_NOT_ACCEPTED = 5006
    ECOSYSTEMS_MIXED = 5007
    ACTIVITY_ECOSYSTEM_WRONG = 5008
    CREDITING_PERIOD_WRONG = 5009
    MONITORING_PERIOD_WRONG = 5010
    REPORT_TOO_OLD = 5011
    PLAUSIBILITY_REASON_MISSING = 5012
    TRACK_NOT_ISSUABLE = 5013
    METHODOLOGY_UNKNOWN = 5014
    PARAMETER_NOT_USABLE = 5015
    CLAIM_KIND_LATER = 5016
    CLAIM_NATIONAL_PROGRAMME = 5017
    CLAIM_TERRITORY = 5018
    CLAIM_PATH_LATER = 5019
    REDUCTION_MISSING = 5020
    DEADLINE_PASSED = 5021
    EXCLUSIONS_TOO_LARGE = 5022
    BENEFICIARY_NOT_CLAIMANT = 5023
    EVENT_NOT_OVER = 5024
    DECLARATION_TOO_EARLY = 5025
    CLAIM_ALREADY_COVERED = 5026
    CLAIM_PURPOSE_WRONG = 5027


class Refused(Exception):  # noqa: N818 (an outcome, not an error)
    """The rules do not allow the order; `facts` are the numbers and names that decided."""

    def __init__(self, code: RefusalCode, **facts: Json) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        """Name the code and the facts, for logs and tests."""
        facts = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.code.value} {self.code.name}: {facts}"
