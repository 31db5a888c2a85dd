"""What a page says of a certificate: green only for what is recorded, covered and current."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.checkpoint import AHEAD_US_MAX, Published
from certificates.number import certificate_number, parse_number
from contracts.check_digits import ALPHANUMERIC
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.tiles import CHECKPOINT_PATH
from ledger.publish.publisher import publish
from ledger.standing import Standing
from tests.support.certificates import LOG_KEY
from tests.support.pages import HOUR_US, published_at, read, with_registry
from tests.support.service import Service, copied_service, step_of

DAY_US = 24 * HOUR_US


def numbers(service: Service) -> list[str]:
    return [key[5:] for key, _ in service.registry.books().rows_under("cert/")]


def test_a_recorded_covered_current_certificate_is_valid(production: Service) -> None:
    for number in numbers(production):
        page = read(production, f"/verify/{number}")

        assert (page.status, page.state, page.heading) == (200, "good", "证书有效")
        assert "示例·无效" not in page.text


def test_a_sample_is_never_called_valid(fresh_demo: Service) -> None:
    for number in numbers(fresh_demo):
        page = read(fresh_demo, f"/verify/{number}?lang=en")

        assert page.heading == "On record (sample, not valid)"
        assert page.text.count("SAMPLE · NOT VALID") >= 2


@pytest.mark.parametrize(
    ("age_us", "state"),
    [
        pytest.param(0, "good", id="this-moment"),
        pytest.param(DAY_US, "good", id="a-day"),
        pytest.param(DAY_US + 1, "stale", id="a-day-and-a-moment"),
        pytest.param(400 * DAY_US, "stale", id="a-year"),
        pytest.param(-AHEAD_US_MAX, "good", id="two-clocks"),
        pytest.param(-AHEAD_US_MAX - 1, "stale", id="from-the-future"),
    ],
)
def test_is_green_only_while_the_checkpoint_is_fresh(
    production: Service, age_us: int, state: str
) -> None:
    published_at(production, production.now_us - age_us)

    for number in numbers(production):
        assert read(production, f"/verify/{number}").state == state


@given(age_us=st.integers(-(10**15), 10**15), hours=st.integers(1, 24 * 366))
def test_freshness_is_an_age_between_the_limits(age_us: int, hours: int) -> None:
    now_us = 10**16
    checkpoint = Checkpoint(origin="x", size=1, root=bytes(32))
    one = Published(note=b"", checkpoint=checkpoint, vkeys=(LOG_KEY.vkey,), at_us=now_us - age_us)

    assert one.is_fresh(now_us, hours) == (-AHEAD_US_MAX <= age_us <= hours * HOUR_US)


def test_the_hours_are_a_setting(production: Service) -> None:
    settings = production.registry.settings.model_copy(update={"checkpoint_fresh_hours": 2})
    patient = with_registry(production, replace(production.registry, settings=settings))
    number = numbers(production)[0]

    published_at(production, production.now_us - 2 * HOUR_US)
    assert read(patient, f"/verify/{number}").state == "good"
    published_at(production, production.now_us - 2 * HOUR_US - 1)
    assert read(patient, f"/verify/{number}").state == "stale"


def test_a_read_only_registry_is_not_current(production: Service) -> None:
    restored = replace(production.registry, standing=Standing("an old copy was restored"))

    page = read(with_registry(production, restored), f"/verify/{numbers(production)[0]}")

    assert page.state == "stale"


def test_publishing_again_makes_the_same_checkpoint_current(production: Service) -> None:
    number = numbers(production)[0]
    published_at(production, production.now_us - 3 * DAY_US)
    assert read(production, f"/verify/{number}").state == "stale"

    before = production.registry.checkpoint()
    assert publish(production.registry) == before

    path = production.registry.settings.log / CHECKPOINT_PATH
    production.now_us = path.stat().st_mtime_ns // 1000
    assert read(production, f"/verify/{number}").state == "good"


def test_what_no_checkpoint_covers_is_awaited(production: Service) -> None:
    (production.registry.settings.log / CHECKPOINT_PATH).unlink()

    for number in numbers(production):
        page = read(production, f"/verify/{number}")
        assert (page.status, page.state) == (200, "pending")


def test_is_green_only_when_the_checkpoint_covers_its_record(production: Service) -> None:
    registry = production.registry
    path = registry.settings.log / CHECKPOINT_PATH
    number = numbers(production)[-1]
    (copy,) = production.get(f"/v1/certificates/{number}")["copies"]
    states = {}
    for size in range(parse_number(number).seq, registry.size() + 1):
        older = Checkpoint(origin=LOG_KEY.name, size=size, root=registry.root(size))
        path.write_bytes(sign_checkpoint(older, [LOG_KEY]))
        published_at(production, production.now_us)
        states[size] = read(production, f"/verify/{number}").state

    assert len(states) >= 3
    assert states == {size: "good" if size > copy["recorded_seq"] else "pending" for size in states}


def test_a_paper_that_was_never_recorded_is_refused(
    stations: dict[str, Path], tmp_path: Path
) -> None:
    step = step_of("certificate.record")
    service = copied_service(stations["certificate.record"], tmp_path / "own", step.at_us)
    number = str(step.body["number"])
    assert numbers(service) == []

    page = read(service, f"/verify/{number}")

    assert (page.status, page.state) == (200, "unrecorded")
    assert "不应采信" in page.text
    service.close()


def test_an_unknown_number_is_not_a_miscopied_one(production: Service) -> None:
    at_us = production.registry.entry(0).at_us
    absent = [certificate_number("RT", seq, at_us) for seq in (0, 1, 10**6, 2**60)]
    absent.append(certificate_number("CL", int(numbers_seq(production)), at_us))

    headings = {read(production, f"/verify/{number}").heading for number in absent}

    assert headings == {"查无此编号"}
    assert read(production, f"/verify/{absent[0]}").status == 404


def numbers_seq(service: Service) -> int:
    return next(
        seq
        for seq in range(service.registry.size())
        if service.registry.entry(seq).order["kind"] == "units.retire"
    )


def test_another_year_makes_another_number(production: Service) -> None:
    entry = production.registry.entry(numbers_seq(production))
    year_later = certificate_number("RT", entry.seq, entry.at_us + 366 * DAY_US)

    assert read(production, f"/verify/{year_later}").heading == "查无此编号"


def test_every_single_miscopied_character_is_noticed(production: Service) -> None:
    number = numbers(production)[0]
    copied = {
        number[:position] + other + number[position + 1 :]
        for position in range(3, len(number))
        for other in ALPHANUMERIC
        if number[position] not in ("-", other)
    }

    assert {read(production, f"/verify/{wrong}").heading for wrong in copied} == {"编号抄写有误"}


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda note: note.replace(b"\n", b"", 1), id="malformed"),
        pytest.param(lambda note: note[:-6] + b"AAAA=\n", id="another-signature"),
        pytest.param(lambda _: b"", id="empty"),
    ],
)
def test_a_damaged_checkpoint_is_neither_valid_nor_void(production: Service, damage) -> None:  # type: ignore[no-untyped-def]  # a lambda
    path = production.registry.settings.log / CHECKPOINT_PATH
    path.write_bytes(damage(path.read_bytes()))

    for address in (f"/verify/{numbers(production)[0]}", "/"):
        page = read(production, address)
        assert (page.status, page.state, page.heading) == (503, "fault", "暂时无法核验")
        assert "无效" in page.text


def test_a_checkpoint_of_another_log_is_a_fault(production: Service, fresh_demo: Service) -> None:
    path = production.registry.settings.log / CHECKPOINT_PATH
    path.write_bytes(fresh_demo.registry.checkpoint() or b"")

    assert read(production, f"/verify/{numbers(production)[0]}").state == "fault"
