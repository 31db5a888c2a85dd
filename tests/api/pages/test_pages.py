"""Pages for people: both languages, whole content, nothing foreign, no script that is needed."""

from urllib.parse import quote

import pytest

from api.pages.static import TYPES
from certificates.content import content_of
from certificates.content_parts import Pair
from certificates.number import parse_number
from ledger.registry import open_registry
from tests.support.pages import Read, read, squeezed
from tests.support.service import Service, settings_of

HOSTILE = [
    "<script>alert(1)</script>",
    "'\"><b>",
    "../../etc/passwd",
    "\u202e\u200b",
    "%00",
    "{{7*7}}",
]
NUMBERS = ("TH-RT-2026-0000014-P", "TH-CL-2026-0000016-U")
PATHS = ["/", "/verify", *(f"/verify/{number}" for number in NUMBERS), "/verify/x"]
languages = pytest.mark.parametrize("language", ["zh", "en"])
paths = pytest.mark.parametrize("path", PATHS)


def shown(pair: Pair, language: str) -> str:
    own, other = (pair.zh, pair.en) if language == "zh" else (pair.en, pair.zh)
    return squeezed(own or other)


@languages
@pytest.mark.parametrize("number", NUMBERS)
def test_shows_what_the_paper_says(fresh_demo: Service, number: str, language: str) -> None:
    registry = fresh_demo.registry
    parsed = parse_number(number)
    content = content_of(parsed.kind, registry.entry(0), registry.entry(parsed.seq))
    body = content.body
    facts = (*body.facts, *body.annex_facts)
    pairs = [content.registry, content.issuer, body.title, body.subject, body.note, *body.limits]
    pairs += [pair for fact in facts if not fact.lines for pair in (fact.label, fact.value)]
    expected = [shown(pair, language) for pair in pairs]
    expected += [line for fact in facts for line in fact.lines]
    expected += [figure.digits for figure in body.figures]
    expected += [bar.digits for bar in body.bars]
    expected += [content.number, content.leaf_hash, *content.serials]

    text = squeezed(read(fresh_demo, f"/verify/{number}?lang={language}").text)

    assert [part for part in expected if squeezed(part) not in text] == []


@pytest.mark.parametrize("number", NUMBERS)
def test_shows_the_digest_of_every_recorded_file(fresh_demo: Service, number: str) -> None:
    record = fresh_demo.get(f"/v1/certificates/{number}")

    text = read(fresh_demo, f"/verify/{number}").text

    assert [copy["sha256"] for copy in record["copies"] if copy["sha256"] not in text] == []


def test_certificates_lead_to_each_other(fresh_demo: Service) -> None:
    retirement, claim = (read(fresh_demo, f"/verify/{number}") for number in NUMBERS)

    assert f"/verify/{NUMBERS[1]}?lang=zh" in retirement.links
    assert f"/verify/{NUMBERS[0]}?lang=zh" in claim.links


@paths
@languages
def test_every_link_leads_somewhere(fresh_demo: Service, path: str, language: str) -> None:
    page = read(fresh_demo, f"{path}?lang={language}")
    here = {link for link in (*page.links, *page.loads) if link.startswith("/")}

    answers = {link: fresh_demo.client.get(link).status_code for link in here}

    assert {
        link: status for link, status in answers.items() if status not in (200, page.status)
    } == {}


@paths
def test_every_page_leads_to_the_verifier_that_needs_no_server(
    fresh_demo: Service, path: str
) -> None:
    assert "/verify.html" in read(fresh_demo, path).links


@paths
def test_nothing_foreign_is_loaded_and_no_script_is_needed(fresh_demo: Service, path: str) -> None:
    page = read(fresh_demo, path, host="evil.example", **{"x-forwarded-host": "evil.example"})

    assert not {"style", "iframe", "object"}.intersection(page.tags)
    # A certificate's page has one script, for what a code holds behind its address.
    assert page.tags.count("script") == page.loads.count("/static/code.js") <= 1
    assert [name for name in page.attributes if name == "style" or name.startswith("on")] == []
    assert [link for link in (*page.links, *page.loads) if not link.startswith(("/", "#"))] == []
    assert "evil.example" not in page.text


@paths
@languages
def test_a_page_is_sound_for_readers_of_every_kind(
    fresh_demo: Service, path: str, language: str
) -> None:
    page = read(fresh_demo, f"{path}?lang={language}")

    assert page.language == {"zh": "zh-Hans", "en": "en"}[language]
    assert page.tags.count("h1") == page.tags.count("main") == 1
    assert len(page.ids) == len(set(page.ids))
    assert page.links[0] == "#main"
    # Each form has one field; the one that takes files has a text beside it.
    assert page.tags.count("label") == page.tags.count("form") + page.tags.count("textarea")


@paths
def test_every_page_of_a_sample_registry_says_so(fresh_demo: Service, path: str) -> None:
    assert "示例·无效" in read(fresh_demo, path).text


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        pytest.param({}, "zh-Hans", id="nothing-said"),
        pytest.param({"accept-language": "en-GB,en;q=0.9"}, "en", id="english"),
        pytest.param({"accept-language": "zh-CN,zh;q=0.9,en;q=0.8"}, "zh-Hans", id="chinese"),
        pytest.param({"accept-language": "de,en;q=0.7,zh;q=0.1"}, "en", id="english-is-nearest"),
        pytest.param({"accept-language": "fr"}, "zh-Hans", id="neither"),
    ],
)
def test_speaks_the_language_asked_for(
    fresh_demo: Service, asked: dict[str, str], language: str
) -> None:
    assert read(fresh_demo, "/", **asked).language == language
    assert read(fresh_demo, "/?lang=en", **asked).language == "en"


@pytest.mark.parametrize("path", PATHS[1:])
def test_the_other_language_is_one_link_away(fresh_demo: Service, path: str) -> None:
    page = read(fresh_demo, path)

    (other,) = (link for link in page.links if link.endswith("lang=en"))

    assert read(fresh_demo, other).status == page.status
    assert read(fresh_demo, other).language == "en"


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(f"/VERIFY/{NUMBERS[0]}", id="capitals-as-in-the-code"),
        pytest.param(f"/verify/{NUMBERS[0].lower()}", id="small-letters"),
        pytest.param(f"/verify/%20{NUMBERS[0]}%20", id="blanks"),
        pytest.param(f"/verify?number={NUMBERS[0].lower()}&lang=zh", id="from-the-form"),
    ],
)
def test_finds_a_number_however_it_is_written(fresh_demo: Service, path: str) -> None:
    page = read(fresh_demo, path)

    assert (page.status, page.state) == (200, "good")
    assert NUMBERS[0] in page.text


@pytest.mark.parametrize("typed", HOSTILE)
@pytest.mark.parametrize("way", ["/verify/{}", "/verify?number={}"])
def test_what_was_typed_is_shown_as_text_only(fresh_demo: Service, typed: str, way: str) -> None:
    answer = fresh_demo.client.get(way.format(quote(typed, safe="")))

    assert answer.status_code == 404
    assert "<script" not in answer.text
    assert "<b>" not in answer.text.replace("<b>示例", "").replace("<b>包头", "")
    assert "49" not in answer.text or "7*7" in answer.text


@pytest.mark.parametrize(
    "path", ["/", f"/verify/{NUMBERS[0]}", "/static/site.css", "/v1/checkpoint"]
)
def test_head_is_get_without_the_body(fresh_demo: Service, path: str) -> None:
    head, get = fresh_demo.client.head(path), fresh_demo.client.get(path)

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == get.headers["content-length"]


def test_an_empty_search_shows_the_entrance(fresh_demo: Service) -> None:
    assert read(fresh_demo, "/verify?number=+").state == "entrance"


def test_the_entrance_shows_the_supply(fresh_demo: Service) -> None:
    supply = fresh_demo.get("/v1/supply")
    page: Read = read(fresh_demo, "/?lang=en")

    for name in ("gross", "held", "buffer", "retired"):
        assert f"{supply[name] // 1000:,}.{supply[name] % 1000:03d}" in page.text
    assert (fresh_demo.registry.checkpoint() or b"").decode() in page.text


@paths
def test_before_the_opening_there_is_nothing_to_check(tmp_path, path: str) -> None:  # type: ignore[no-untyped-def]  # a fixture
    empty = Service.on(open_registry(settings_of(tmp_path)), 0)

    page = read(empty, path)

    assert (page.status, page.state, page.heading) == (503, "fault", "登记账本尚未开立")
    empty.close()


@pytest.mark.parametrize("name", TYPES)
def test_the_files_of_a_page_are_served(fresh_demo: Service, name: str) -> None:
    answer = fresh_demo.client.get(f"/static/{name}")

    assert answer.headers["content-type"] == TYPES[name]
    assert len(answer.content) < 40_000
    assert b"http://" not in answer.content.replace(b"http://www.w3.org/2000/svg", b"")


@pytest.mark.parametrize(
    "name", ["view.py", "..%2Fapp.py", "%2e%2e/%2e%2e/pyproject.toml", "site.cs"]
)
def test_no_other_file_is_served(fresh_demo: Service, name: str) -> None:
    assert fresh_demo.client.get(f"/static/{name}").status_code == 404


@languages
def test_a_wrong_address_is_answered_as_a_page_for_people(
    fresh_demo: Service, language: str
) -> None:
    headers = {"Accept": "text/html", "Accept-Language": language}

    answer = fresh_demo.client.get("/no/such/page", headers=headers)

    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"
    heading = {"zh": "此处没有页面", "en": "There is no page here"}[language]
    assert f'<h1 id="verdict">{heading}</h1>' in answer.text


@pytest.mark.parametrize(
    ("path", "accept"),
    [("/no/such/page", "*/*"), ("/v1/nothing", "text/html"), ("/log/nothing", "text/html")],
)
def test_a_wrong_address_is_answered_as_a_problem_for_programs(
    fresh_demo: Service, path: str, accept: str
) -> None:
    answer = fresh_demo.client.get(path, headers={"Accept": accept})

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"] == "not_found"
