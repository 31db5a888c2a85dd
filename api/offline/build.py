"""Put the offline pages together: one self-contained file each, the same bytes every time.

`python -m api.offline.build` writes the committed files anew; a test holds them equal to a fresh
build. The scripts are plain files, because a page opened from `file://` may not load modules.
"""

import argparse
import json
import re
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from api.offline.replay_parts import REPLAY, RULE_SETS
from ledger.rulesets import newest

FOLDER: Final = Path(__file__).parent
SOURCES: Final = FOLDER / "src"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflinePage:
    """What one page is made of: files in `src/`."""

    name: str
    template: str
    styles: tuple[str, ...]
    scripts: tuple[str, ...]
    connect: str = "'none'"
    """Whom the page may talk to, as the `connect-src` of its own policy."""


VERIFY: Final = OfflinePage(
    name="verify.html",
    template="verify.html",
    styles=("tokens.css", "page.css", "verify.css"),
    scripts=(
        "bytes.js",
        "sha256.js",
        "canonical.js",
        "json.js",
        "signatures.js",
        "merkle.js",
        "note.js",
        "policy.js",
        "tlog_proof.js",
        "tiles.js",
        "ids.js",
        "entry.js",
        "order_signatures.js",
        *REPLAY,
        "pdf_syntax.js",
        "pdf_file.js",
        "pdf_certificate.js",
        "page_words.js",
        "der.js",
        "seal.js",
        "state_proof.js",
        "cose.js",
        "credential.js",
        "steps.js",
        "check_log.js",
        "check_static.js",
        "check_units.js",
        "check_certificate.js",
        "check_status.js",
        "check_ledger.js",
        "check_state.js",
        "check_code.js",
        "check_all.js",
        "materials.js",
        "reasons.js",
        "texts.js",
        "statement.js",
        "check_typed.js",
        "dom.js",
        "verify_view.js",
        "replay_step.js",
        "verify_page.js",
    ),
)
SIGN: Final = OfflinePage(
    name="sign.html",
    template="sign.html",
    styles=("tokens.css", "sign.css"),
    scripts=(
        "bytes.js",
        "sha256.js",
        "canonical.js",
        "sign_der.js",
        "sign_key.js",
        "sign_order.js",
        "sign_words.js",
        "sign_values.js",
        "sign_sentences.js",
        "sign_say.js",
        "sign_texts.js",
        "sign_codes.js",
        "sign_dom.js",
        "sign_registry.js",
        "sign_review.js",
        "sign_fields.js",
        "sign_groups.js",
        "sign_forms.js",
        "sign_bodies.js",
        "sign_page.js",
    ),
    # Whom an order goes to its signer decides; in clear it may only go to the same computer.
    connect="'self' https: http://127.0.0.1:* http://localhost:*",
)
PAGES: Final = (VERIFY, SIGN)
CODE_SCRIPT: Final = ("bytes.js", "sha256.js", "signatures.js", "cose.js", "code_page.js")
"""The script of the service's own certificate page, written to `api/static`."""

CODE_FILE: Final = FOLDER.parent / "static" / "code.js"

_DECLARED: Final = re.compile(
    r"^(?:async\s+)?(?:function\s*\*?|class|const|let|var)\s+([A-Za-z_$][\w$]*)", re.MULTILINE
)


class PageError(Exception):
    """The sources do not make a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Whom a page trusts when its reader gives nothing: nobody, unless its operator says so."""

    policy: str | None = None
    registry: str | None = None
    seal_root: str | None = None

    def to_json(self) -> str:
        """Return it for a data block in HTML, where `<` must not stand."""
        return json.dumps(asdict(self), sort_keys=True).replace("<", "\\u003c")


def build(page: OfflinePage, trust: Trust | None = None) -> str:
    """Return a page as HTML.

    Raises:
        PageError: two scripts declare one name, or a source would end its own element.
    """
    script, style = _join(page.scripts), _join(page.styles)
    _refuse_twice_declared(script)
    for source, end in ((script, "</script"), (style, "</style")):
        if end in source.lower() or "<!--" in source:
            raise PageError(f"a source of {page.name} holds {end} or <!--")
    parts = {
        "POLICY": content_policy(page, script=script, style=style),
        "STYLE": style,
        "TRUST": (trust or Trust()).to_json(),
        "SCRIPT": script,
    }
    template = (SOURCES / page.template).read_text(encoding="utf-8")
    return re.sub(r"\{\{([A-Z]+)\}\}", lambda match: parts[match[1]], template)


def code_script() -> str:
    """Return the script that checks a scanned code.

    Raises:
        PageError: two parts declare one name.
    """
    script = _join(CODE_SCRIPT).lstrip()
    _refuse_twice_declared(script)
    return script


def content_policy(page: OfflinePage, *, script: str, style: str) -> str:
    """Return the policy that lets exactly these two inline sources work, and nothing else load."""
    return (
        f"default-src 'none'; script-src {_source(script)}; style-src {_source(style)}; "
        f"img-src data:; connect-src {page.connect}; form-action 'none'; base-uri 'none'"
    )


def declared_policy(html: str) -> str:
    """Return the policy that a built page declares for itself, for the header it is served with."""
    found = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    if found is None:
        raise PageError("the page declares no policy")
    return found[1]


def _join(names: Iterable[str]) -> str:
    """Return sources one after another; they begin on a line of their own, as the template does."""
    return "\n" + "".join((SOURCES / name).read_text(encoding="utf-8") for name in names)


def _source(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _refuse_twice_declared(script: str) -> None:
    """All scripts share one scope, and a second function of one name would replace the first."""
    seen: set[str] = set()
    for name in _DECLARED.findall(script):
        if name in seen:
            raise PageError(f"{name} is declared twice")
        seen.add(name)


def rule_sets() -> str:
    """Return the script that names the rule sets which the pages' replay implements."""
    return (
        "// The rule sets that the replay implements, by the hash of their source (LEDGER_FORMAT\n"
        "// clause 14); written by `python -m api.offline.build`.\n\n"
        f"const RULE_SETS = ['{newest()}'];\n"
    )


def main() -> None:
    """Write the pages, as committed or with the trust of an operator."""
    parser = argparse.ArgumentParser(description="Build the offline pages.")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder to write to")
    parser.add_argument("--policy", type=Path, help="policy file that the pages are to trust")
    parser.add_argument("--registry", type=Path, help="registry.json that they are to trust")
    parser.add_argument("--seal-root", type=Path, help="seal-root.pem that they are to trust")
    given = parser.parse_args()
    trust = Trust(**{name: _text(getattr(given, name)) for name in Trust.__dataclass_fields__})
    (SOURCES / RULE_SETS).write_text(rule_sets(), encoding="utf-8", newline="\n")
    CODE_FILE.write_text(code_script(), encoding="utf-8", newline="\n")
    for page in PAGES:
        (given.out / page.name).write_text(build(page, trust), encoding="utf-8", newline="\n")


def _text(path: Path | None) -> str | None:
    return None if path is None else path.read_text(encoding="utf-8")


if __name__ == "__main__":
    main()
