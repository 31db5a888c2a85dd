"""What a random registry's people do: one function an act, most of them allowed, some refused."""

from datetime import date, timedelta
from random import Random

from contracts.dates import date_at
from contracts.lookup import integer_of
from contracts.v1.certificate_record import certificate_number
from contracts.values import Json
from ledger.state.fold import root_of, supply_of
from tests.support import log_bodies, main_bodies, random_lives, unit_bodies
from tests.support.main_bodies import VALIDATOR, VERIFIER
from tests.support.passkeys import passkey
from tests.support.people import Key, Organisation, Person, hex_digest, key, organisation, person
from tests.support.random_ledger import Body, Registry, books_before
from tests.support.world import DAY_US

ALL_KG = 10**12
FARM = organisation("示例随机林场", "Example Random Farm")


def random_ledger(seed: int, acts: int = 100) -> Registry:
    """Return the ledger of a seed: some 25 entries that found it, then random acts."""
    registry = Registry(rng=Random(seed))
    found(registry)
    for _ in range(acts):
        registry.rng.choices([act for act, _ in ACTS], [weight for _, weight in ACTS])[0](registry)
    if registry.rng.random() < 0.15:
        registry.attempt("log.freeze", "registrar", log_bodies.log_freeze())
        commit_state(registry)
        transfer(registry)
    return registry


def found(registry: Registry) -> None:
    """Registry, factors, accounts, a project on two parcels, and a first batch."""
    registry.attempt("registry.open", "registrar", main_bodies.registry_open(), OFFICER_KEYS)
    forest = {**main_bodies.factor("larix_component_stem"), "domain": "SINK"}
    meal = main_bodies.factor(
        "meal_default_derived", applicability="derived", confidence_permille=400
    )
    for table, rows in (("forest", [forest]), ("event", [_grid(), meal])):
        body = main_bodies.parameters_publish(table, [*rows])
        registry.attempt("parameters.publish", "registrar", body)
    body = main_bodies.parameters_confirm("event", "meal_default_derived")
    registry.attempt("parameters.confirm", "registrar", body)
    for _ in range(3):
        open_holder(registry)
    open_account(registry, "verifier", VERIFIER)
    open_account(registry, "validator", VALIDATOR)
    open_agent(registry)
    registry.made["units.owner"] = [registry.holders[0]]
    for _ in range(3):
        register_parcel(registry)
    register_project(registry)
    issue(registry)


OFFICER_KEYS = [key(role) for role in ("registrar", "issuer", "supervisor")]


def _grid() -> Body:
    return main_bodies.factor("grid_neimenggu_2023")


def _some(registry: Registry, kind: str) -> str:
    """Return the id of something that was made, or, if there is nothing, one of nothing."""
    return registry.rng.choice(registry.made.get(kind, ["00000000"]))


def _person(registry: Registry) -> Person:
    """Return a new person; every fourth signs with a passkey."""
    who = person(registry.name("person"))
    first = passkey(who.name) if registry.rng.random() < 0.25 else who.key
    registry.keys[who.id] = [first]
    return Person(who.name, who.id, first, who.private)


def open_account(registry: Registry, kind: str, org: Organisation, *roles: str) -> str | None:
    """Open an account whose persons have these roles."""
    people = [(_person(registry), role) for role in roles or ("initiate",)]
    body = main_bodies.account_open(kind, org, *people)
    body["ets_covered"] = registry.rng.random() < 0.2
    return registry.attempt("account.open", "registrar", body, [who.key for who, _ in people])


def open_holder(registry: Registry) -> None:
    """Open a holder's account, under dual control or not."""
    name = registry.name("holder")
    roles = registry.rng.choice(
        [["initiate", "approve"], ["initiate approve"], ["initiate approve", "initiate approve"]]
    )
    org = FARM if not registry.holders else organisation(f"示例 {name}", f"Example {name}")
    account = open_account(registry, "holder", org, *roles)
    registry.holders.extend([account] if account else [])


def open_agent(registry: Registry) -> None:
    """Open an agent's account."""
    name = registry.name("agent")
    account = open_account(registry, "agent", organisation(f"示例 {name}", f"Example {name}"))
    registry.agents.extend([account] if account else [])


def _holder(registry: Registry) -> str:
    return registry.rng.choice(registry.holders)


def _owning(registry: Registry) -> str:
    """Return a holder, mostly one that holds something."""
    holding = [one for one in registry.holders if registry.books.holdings(f"acct/{one}", 1)]
    return registry.rng.choice(holding * 9 + registry.holders)


def _owner(registry: Registry) -> str:
    return registry.made["units.owner"][0]


def register_parcel(registry: Registry) -> None:
    """Register a parcel, now and then with a sliver of an earlier one."""
    owner = _owner(registry)
    body = main_bodies.parcel_register(owner, hex_digest(registry.name("polygon")))
    known = registry.made.get("parcel.register", [])
    if known and registry.rng.random() < 0.4:
        sliver: Json = {"area_m2": registry.rng.randint(1, 250), "parcel": known[-1]}
        body["overlaps"] = [sliver]
    registry.attempt("parcel.register", f"acct/{owner}", body)


def register_project(registry: Registry) -> None:
    """Register and validate a project on parcels that may be taken."""
    owner, rng = _owner(registry), registry.rng
    number = f"{len(registry.made.get('project.register', [])) + 1:04d}"
    known = registry.made.get("parcel.register", [])
    parcels = sorted(rng.sample(known, k=min(len(known), rng.randint(1, 2))))
    body = main_bodies.project_register(owner, *parcels, number=number)
    body["owner"] = FARM.named()
    if rng.random() < 0.1:
        body["track"] = "CCER_RESERVE"
    if registry.attempt("project.register", f"acct/{owner}", body) is None:
        return
    registry.made.setdefault("projects", []).append(number)
    validator = registry.made["account.open"][4]
    body = main_bodies.project_validate(validator, project=number)
    registry.attempt("project.validate", f"acct/{validator}", body)


def issue(registry: Registry) -> None:
    """Report, verify and issue a project's next period."""
    rng, number = registry.rng, _some(registry, "projects")
    project = registry.books.row(f"project/{number}")
    if project is None:
        return
    start = date(2022, 1, 1)
    if project["last_period_end"] is not None:
        start = date.fromisoformat(str(project["last_period_end"])) + timedelta(days=1)
    end = start + timedelta(days=rng.randint(100, 500))
    body = main_bodies.report_submit(_owner(registry), project=number)
    body["area_m2"] = 1_000_000
    body["period"] = {"end": end.isoformat(), "start": start.isoformat()}
    body["plausibility_reason"] = "示例"
    report = registry.attempt("report.submit", f"acct/{_owner(registry)}", body)
    if report is None:
        return
    verifier = registry.made["account.open"][3]
    body = main_bodies.report_verify(verifier, report)
    if registry.attempt("report.verify", f"acct/{verifier}", body) is None:
        return
    attested = registry.world.seq - 1
    for _ in range(rng.randint(1, 2)):
        body = unit_bodies.batch_issue(report, attested)
        row = registry.books.row(f"project/{number}") or {}
        body["run"] = int(str(row["runs"])) + 1
        body["gross_kg"] = rng.choice([948_500, 400_000, 1, rng.randint(1_000, 500_000)])
        body["buffer_permille"] = rng.choice([150, 150, 200, 333, 1000])
        registry.attempt("batch.issue", "registrar", body)


def _units(registry: Registry, place: str) -> Body:
    """Name units of a place: an amount, or ranges cut out of its blocks."""
    rng, blocks = registry.rng, registry.books.holdings(place, ALL_KG)
    held = sum(block.quantity_kg for block in blocks)
    if not blocks or rng.random() < 0.5:
        return {"quantity_kg": rng.randint(1, max(held // rng.choice([1, 3, 20, 300]), 1))}
    ranges: list[Json] = []
    for block in rng.sample(blocks, k=min(len(blocks), rng.randint(1, 3))):
        first = rng.randint(block.first, block.end - 1)
        ranges.append(
            {"batch": block.batch, "end": rng.randint(first + 1, block.end), "first": first}
        )
    return {"ranges": ranges}


def _actor(registry: Registry, holder: str, body: Body) -> str:
    """Say who acts: the holder, or now and then an agent with a mandate."""
    row = registry.books.row(f"acct/{holder}") or {}
    mandates = row["mandates"]
    if isinstance(mandates, dict) and mandates and registry.rng.random() < 0.5:
        body["on_behalf_of"] = main_bodies.on_behalf_of(holder)
        return f"acct/{registry.rng.choice(sorted(mandates))}"
    return f"acct/{holder}"


def transfer(registry: Registry) -> None:
    """Transfer units, sometimes settled elsewhere, sometimes at a published price."""
    rng, source = registry.rng, _owning(registry)
    others = [one for one in registry.holders if one != source]
    target = rng.choice(others * 9 + [source])
    body: Body = {"from": source, "to": target, **_units(registry, f"acct/{source}")}
    if rng.random() < 0.3:
        settled = unit_bodies.external_settlement(f"SL-{rng.randint(1, 12)}")
        if rng.random() < 0.4:
            settled |= {"price_commitment": None, "price_fen": rng.randint(1, 10**9)}
        body["external_settlement"] = settled
    registry.attempt("units.transfer", _actor(registry, source, body), body)


def retire(registry: Registry) -> None:
    """Retire units for nobody's claim."""
    rng, holder = registry.rng, _owning(registry)
    body: Body = {
        "account": holder,
        "beneficiary": rng.choice([{"org": FARM.named()}, {"person": hex_digest("somebody")}]),
        "purpose": rng.choice(["gift", "public_good", "voluntary"]),
        **_units(registry, f"acct/{holder}"),
    }
    if rng.random() < 0.3:
        body |= {"place": {"county": "150203"}, "statement": {"zh": "示例：谨此注销"}}
    registry.attempt("units.retire", _actor(registry, holder, body), body)


def cancel(registry: Registry) -> None:
    """Cancel units from the buffer or from an account."""
    rng = registry.rng
    body = unit_bodies.units_cancel("forest", 1)
    del body["quantity_kg"]
    actor, place = "registrar", "buffer/forest"
    if rng.random() < 0.5:
        holder = _owning(registry)
        actor = place = f"acct/{holder}"
        body["account"], body["pool"] = holder, None
    registry.attempt("units.cancel", actor, {**body, **_units(registry, place)})


def open_claim(registry: Registry) -> None:
    """Open a claim about an event of these days."""
    holder, today = _owning(registry), date_at(registry.world.now_us)
    name = registry.rng.choice(["大会", "论坛2026", registry.name("Forum · 论坛")])
    body = unit_bodies.claim_open(holder)
    body["claimant"] = organisation(f"示例 {holder}", f"Claimant {holder}").named()
    body["dates"] = {"end": (today + timedelta(days=1)).isoformat(), "start": today.isoformat()}
    body["kind"] = registry.rng.choice(["EVENT", "MEETING"])
    body["name"] = {"zh": name, "en": f"Event {name}"}
    registry.attempt("claim.open", _actor(registry, holder, body), body)


def go_on_with_claim(registry: Registry) -> None:
    """Take a claim one step on: measure, retire for it in parts, complete."""
    rng, claim = registry.rng, _some(registry, "claim.open")
    row = registry.books.row(f"claim/{claim}")
    if row is None or row["completion"] is not None:
        return
    account, measured = str(row["account"]), row["measurement"]
    if measured is None:
        registry.world.now_us += 2 * DAY_US
        body = unit_bodies.claim_measure(account, claim)
        scale = rng.choice([1, 7, 1000])
        groups = {name: grams // scale + 1 for name, grams in _groups(body).items()}
        total = sum(groups.values())
        excluded: list[Json] = [
            {"category": {"zh": "快递"}, "estimate_g": 1, "reason": {"zh": "示例"}}
        ]
        body |= {"excluded": excluded, "groups_g": dict(groups)}
        body |= {"residual_g": total, "total_g": total}
        registry.attempt("claim.measure", _actor(registry, account, body), body)
        return
    residual = integer_of(measured, "residual_g")
    missing = -(-residual // 1000) - int(str(row["retired_kg"]))
    if missing > 0:
        amount = rng.choice([missing, missing, max(missing // 2, 1), missing + 5])
        body = unit_bodies.units_retire_for_claim(account, claim, amount)
        body["beneficiary"] = {"org": row["claimant"]}
        body["purpose"] = "event" if row["kind"] == "EVENT" else "meeting"
        registry.attempt("units.retire", _actor(registry, account, body), body)
    if rng.random() < 0.7:
        complete(registry, account, claim)


def _groups(body: Body) -> dict[str, int]:
    groups = body["groups_g"]
    assert isinstance(groups, dict)
    return {name: int(str(grams)) for name, grams in groups.items()}


def complete(registry: Registry, account: str, claim: str) -> None:
    """Try to complete a claim."""
    body = unit_bodies.claim_complete(account, claim)
    declaration = body["declaration"]
    assert isinstance(declaration, dict)
    declaration["declared_on"] = date_at(registry.world.now_us).isoformat()
    if registry.rng.random() < 0.3:
        assurance: Json = {
            "body": VERIFIER.named(),
            "kind": "third_party",
            "report_sha256": hex_digest("assurance"),
        }
        body["assurance"] = assurance
    if registry.attempt("claim.complete", f"acct/{account}", body):
        registry.made.setdefault("completed", []).append(claim)


def certify(registry: Registry) -> None:
    """Record a copy of a certificate."""
    if registry.rng.random() < 0.4 and "completed" in registry.made:
        thing = f"claim/{_some(registry, 'completed')}"
        done = (registry.books.row(thing) or {}).get("completion")
        stated = (done["seq"], done["at_us"]) if isinstance(done, dict) else (0, 0)
        number = certificate_number("CL", int(str(stated[0])), int(str(stated[1])))
    else:
        thing = f"retire/{_some(registry, 'units.retire')}"
        row = registry.books.row(thing) or {"retired_at_us": 0, "retired_seq": 0}
        seq, at_us = int(str(row["retired_seq"])), int(str(row["retired_at_us"]))
        number = certificate_number("RT", seq, at_us)
    known = registry.books.row(f"cert/{number}")
    copies = known["copies"] if known else []
    assert isinstance(copies, list)
    body = unit_bodies.certificate_record(number, thing, copy=len(copies) + 1)
    registry.attempt("certificate.record", "service/certificates", body)


def commit_state(registry: Registry) -> None:
    """Commit the state after the last entry or one before it."""
    through = registry.world.seq - registry.rng.choice([1, 1, 2, 9])
    books = books_before(registry.records, through + 1)
    body: Body = {
        "root": root_of(books).hex(),
        "supply": dict(supply_of(books)),
        "through": max(through, 0),
    }
    registry.attempt("state.commit", "service/state", body)


def anchor(registry: Registry) -> None:
    """Record an anchor of an earlier size."""
    body = log_bodies.anchor_record(registry.rng.randint(1, registry.world.seq))
    registry.attempt("anchor.record", "service/anchors", body)


def change_log_keys(registry: Registry) -> None:
    """Announce or drop a key of the log."""
    vkey = f"{registry.world.origin}+{registry.rng.randint(1, 3):08x}+AQID"
    body = log_bodies.log_keys(registry.rng.choice(["announce", "announce", "drop"]), vkey)
    registry.attempt("log.keys", "registrar", body)


def change_keys(registry: Registry) -> None:
    """Add, revoke, recover or object to a key, give a mandate or end it."""
    rng, account = registry.rng, _holder(registry)
    action = rng.choice(["add", "add", "add", "revoke", "recover", "object", "mandate", "end"])
    body: Body = {"account": account, "action": action}
    row = registry.books.row(f"acct/{account}") or {}
    listed = row["representatives"]
    assert isinstance(listed, list)
    chosen = rng.choice(listed)
    assert isinstance(chosen, dict)
    person_id, new = str(chosen["person"]), _new_key(registry)
    known = rng.choice(registry.keys[person_id]).public
    if action == "add":
        commitment = (registry.books.row(f"person/{person_id}") or {})["commitment"]
        who: Json = {
            "alg": new.alg, "commitment": commitment, "key": new.public,
            "person": person_id, "roles": ["initiate", "approve"],
        }  # fmt: skip
        body["representative"] = who
    elif action in ("revoke", "object"):
        body["key"] = known
    elif action == "recover":
        body |= {"alg": new.alg, "key": new.public, "lost_key": known, "person": person_id}
    elif action == "mandate":
        body = main_bodies.mandate(account, rng.choice(registry.agents))
        day = date_at(registry.world.now_us) + timedelta(days=rng.choice([2, 200]))
        body["until"] = day.isoformat()
    else:
        body["agent"] = rng.choice(registry.agents)
    actor = rng.choice(["registrar", f"acct/{account}", f"acct/{account}"])
    if action == "recover":
        actor = "registrar"
    if registry.attempt("account.keys", actor, body, [new]) and action in ("add", "recover"):
        registry.keys[person_id].append(new)


def _new_key(registry: Registry) -> Key:
    name = registry.name("key")
    return passkey(name) if registry.rng.random() < 0.3 else key(name)


def publish_outline(registry: Registry) -> None:
    """Make the outline of a parcel public."""
    body = main_bodies.geometry_publish(_some(registry, "parcel.register"))
    registry.attempt("geometry.publish", "registrar", body)


def lock(registry: Registry) -> None:
    """Lock a parcel for a ticket of another scheme."""
    body = main_bodies.external_lock(_some(registry, "parcel.register"))
    body["ticket"] = f"示例-{registry.rng.randint(1, 3)}"
    registry.attempt("external.lock", "registrar", body)


def wait(registry: Registry) -> None:
    """Let hours or days go by."""
    registry.world.now_us += registry.rng.choice([DAY_US // 24, DAY_US, 2 * DAY_US, 8 * DAY_US])


ACTS = (
    (transfer, 14), (retire, 5), (cancel, 3), (open_claim, 3), (go_on_with_claim, 9), (certify, 6),
    (change_keys, 7), (commit_state, 4), (anchor, 1), (change_log_keys, 1), (issue, 3),
    (register_parcel, 2), (register_project, 2), (publish_outline, 1), (lock, 0.4),
    (open_holder, 1), (open_agent, 0.5), (wait, 4), *random_lives.ACTS,
)  # fmt: skip
