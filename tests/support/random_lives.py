"""What a random registry's people do about losses, and about what becomes of certificates."""

from contracts.refusal import Refused
from contracts.v1.certificate_correct import PRINTED, printed_text
from contracts.values import Json
from tests.support import life_bodies
from tests.support.random_ledger import Body, Registry
from tests.support.world import DAY_US

REASONS = {
    "suspend": ("complaint", "loss_under_study", "suspected_error"),
    "reinstate": ("complaint_unfounded", "no_error"),
    "revoke": ("false_statement", "issued_in_error"),
}


def _paper(registry: Registry, kind: str = "TH-") -> str:
    found = [key.removeprefix("cert/") for key in registry.books.rows if key.startswith("cert/")]
    known = [number for number in found if number.startswith(kind)]
    return registry.rng.choice(known * 9 + ["TH-RT-2026-0000ZZZ-A"])


def change_standing(registry: Registry) -> None:
    """Suspend, reinstate or revoke a certificate, mostly as its standing allows."""
    rng, number = registry.rng, _paper(registry)
    row = registry.books.row(f"status/{number}")
    suspended = row is not None and row["standing"] == "suspended"
    likely = ["reinstate", "reinstate", "revoke"] if suspended else ["suspend"]
    what = rng.choice(likely * 3 + [*REASONS])
    body = life_bodies.standing(number, rng.choice(REASONS[what]))
    registry.attempt(f"certificate.{what}", "registrar", body)


def correct(registry: Registry) -> None:
    """Correct one or two texts of a certificate."""
    rng, number = registry.rng, _paper(registry)
    cert = registry.books.row(f"cert/{number}")
    kind = str(cert["subject"]).partition("/")[0] if cert else "retire"
    corrections: list[Json] = []
    for field in rng.sample(sorted(PRINTED[kind]), k=len(PRINTED[kind])):
        language = rng.choice(["zh", "zh", "en"])
        try:
            before = printed_text(registry.books, number, field, language)
        except Refused:
            before = "不是原文"
        if before != "不是原文" or rng.random() < 0.05:
            after = registry.name("更正")
            corrections.append(life_bodies.correction(field, before, after, language=language))
    body = life_bodies.certificate_correct(number, *corrections[: rng.choice([1, 2, 9])])
    registry.attempt("certificate.correct", "registrar", body)


def expire(registry: Registry) -> None:
    """Let a certificate expire, now and then after the years that it takes."""
    number = _paper(registry, registry.rng.choice(["TH-CL", "TH-CL", "TH-"]))
    if number.startswith("TH-CL") and registry.rng.random() < 0.3:
        registry.world.now_us += 3 * 366 * DAY_US
    body: Body = {"number": number}
    registry.attempt("certificate.expire", "service/certificates", body)


def declare(registry: Registry) -> None:
    """Declare a loss of some project, small or larger than its buffer."""
    rng = registry.rng
    number = rng.choice(registry.made.get("projects", ["0009"]))
    project = registry.books.row(f"project/{number}") or {}
    issued = int(str(project.get("issued_kg", 0)))
    body = life_bodies.loss_declare(1, project=number, day="2023-07-01")
    body["quantity_kg"] = rng.choice([1, 1_000, max(issued // 2, 1), max(issued * 4 // 5, 1)])
    body["cause"] = rng.choice(["fire", "pest", "drought", "conversion"])
    parcels = project.get("parcels")
    if isinstance(parcels, list) and rng.random() < 0.4:
        body["parcels"] = parcels[:1]
    registry.attempt("loss.declare", "registrar", body)


def _loss(registry: Registry) -> str:
    known = registry.made.get("loss.declare", ["0000ZZZZ"])
    owed = [one for one in known if (registry.books.row(f"loss/{one}") or {}).get("owed_kg")]
    return registry.rng.choice(owed * 5 + known)


def replace(registry: Registry) -> None:
    """Give some of the owner's units for a loss."""
    rng, loss = registry.rng, _loss(registry)
    row = registry.books.row(f"loss/{loss}") or {"account": registry.holders[0], "owed_kg": 1}
    owed = max(int(str(row["owed_kg"])), 1)
    quantity = rng.choice([owed, max(owed // 3, 1), rng.randint(1, owed), owed + 1])
    account = str(row["account"])
    body = life_bodies.loss_replace(account, loss, quantity)
    registry.attempt("loss.replace", f"acct/{account}", body)


def impair(registry: Registry) -> None:
    """Impair what is overdue, now and then once the time has come."""
    loss = _loss(registry)
    owed = (registry.books.row(f"loss/{loss}") or {}).get("owed_kg")
    if owed and registry.rng.random() < 0.4:
        registry.world.now_us += 367 * DAY_US
    for _ in range(registry.rng.choice([1, 1, 3])):
        registry.attempt("loss.impair", "service/certificates", {"loss": loss})


def state_holding(registry: Registry) -> None:
    """State what an account holds, for its holder or for an officer."""
    account = registry.rng.choice([*registry.holders, *registry.agents, "0000ZZZZ"])
    actor = registry.rng.choice(["registrar", f"acct/{account}"])
    registry.attempt("holding.state", actor, life_bodies.holding_state(account))


ACTS = (
    (change_standing, 5), (correct, 3), (expire, 3), (declare, 2), (replace, 2), (impair, 4),
    (state_holding, 2),
)  # fmt: skip
