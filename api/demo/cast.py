"""Who plays in the demonstration: invented bodies and pseudonymous persons with fresh keys.

Every name begins with 示例; the 统一社会信用代码 carry a right check character and a region code
(159900) that is assigned to nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from stdnum.cn import uscc

from api.drafting.accounts import PersonPlan, Sealed, new_person, seal_record
from api.keys import load_seed, make_key
from contracts.values import Json

REGION: Final = "159900"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A person of the play: the plan that orders name, and the key that only it holds."""

    plan: PersonPlan
    seed: bytes


@dataclass(slots=True, kw_only=True)
class Body:
    """An organisation of the play; `account` is filled when its account is open."""

    name_zh: str
    name_en: str
    uscc: str
    org: Sealed
    actors: tuple[Actor, ...]
    traits: Mapping[str, Json]
    account: str = field(default="")

    def named(self) -> dict[str, Json]:
        """Return the organisation as orders name it in clear."""
        return {"name": {"en": self.name_en, "zh": self.name_zh}, "uscc": self.uscc}

    def seeds(self) -> tuple[bytes, ...]:
        """Return the keys of all its persons."""
        return tuple(actor.seed for actor in self.actors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Everybody."""

    officers: Mapping[str, Actor]
    farm: Body
    enterprise: Body
    buyer: Body
    organiser: Body
    verifier: Body
    validator: Body

    def bodies(self) -> tuple[Body, ...]:
        """Return all organisations in the order in which their accounts are opened."""
        return (
            self.verifier,
            self.validator,
            self.farm,
            self.enterprise,
            self.buyer,
            self.organiser,
        )


def make_cast(origin: str, keys: Path) -> Cast:
    """Invent everybody and write their key files below `keys`/persons.

    Args:
        origin: The log's origin, which every commitment is bound to.
        keys: The folder of key files.
    """
    desk = _Casting(origin=origin, folder=keys / "persons")
    return Cast(
        officers={
            role: desk.actor(role, (role,)) for role in ("registrar", "issuer", "supervisor")
        },
        verifier=desk.body("verifier", "示例核查服务机构", "Example Verification Services"),
        validator=desk.body("validator", "示例项目审定机构", "Example Project Validation"),
        farm=desk.body("farm", "示例国有林场", "Example State Forest Farm"),
        enterprise=desk.body("enterprise", "示例稀土材料有限公司", "Example Rare Earth Materials"),
        buyer=desk.body("buyer", "示例装备制造有限公司", "Example Equipment Manufacturing"),
        organiser=desk.body("organiser", "示例会展服务有限公司", "Example Exhibition Services"),
    )


_TRAITS: Final[dict[str, dict[str, Json]]] = {
    "verifier": {"type": "verifier", "dual_control": False},
    "validator": {"type": "validator", "dual_control": False},
    "farm": {"affiliated": True},
    "enterprise": {"ets_covered": True},
    "buyer": {},
    "organiser": {},
}
_NUMBERS: Final = {name: number for number, name in enumerate(_TRAITS, start=1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Casting:
    origin: str
    folder: Path

    def actor(self, name: str, roles: tuple[str, ...]) -> Actor:
        path = self.folder / f"{name}.pem"
        key = make_key(path)
        record: dict[str, Json] = {"name": f"示例人员 {name}", "note": "示例 SYNTHETIC"}
        plan = PersonPlan(
            person=new_person(),
            key=key,
            roles=roles,
            record=seal_record(self.origin, "person", record),
        )
        return Actor(plan=plan, seed=load_seed(path))

    def body(self, name: str, name_zh: str, name_en: str) -> Body:
        traits: dict[str, Json] = {
            "affiliated": False,
            "dual_control": True,
            "ets_covered": False,
            "type": "holder",
            **_TRAITS[name],
        }
        initiate = self.actor(f"{name}-1", ("initiate",))
        approve = self.actor(f"{name}-2", ("approve",))
        number = invented_uscc(_NUMBERS[name])
        record: dict[str, Json] = {"name_en": name_en, "name_zh": name_zh, "uscc": number}
        return Body(
            name_zh=name_zh,
            name_en=name_en,
            uscc=number,
            org=seal_record(self.origin, "org", record),
            actors=(initiate, approve) if traits["dual_control"] else (initiate,),
            traits=traits,
        )


def invented_uscc(number: int) -> str:
    """Return a well-formed 统一社会信用代码 in the unassigned region."""
    body = f"91{REGION}MA0DEM{number:03d}"
    return body + uscc.calc_check_digit(body)
