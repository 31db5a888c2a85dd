"""`python -m api.text.compile`: compile the .po files; a test compares the result."""

from importlib.resources import files
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from api.text.catalogue import DOMAIN, LOCALES


def compiled(path: Path) -> bytes:
    """Return the compiled form of a .po file."""
    with path.open("rb") as file:
        catalogue = read_po(file)
    target = BytesIO()
    write_mo(target, catalogue)
    return target.getvalue()


def po_files() -> tuple[Path, ...]:
    """Return the catalogue's source files."""
    root = Path(str(files("api.text"))) / "locales"
    return tuple(root / name / "LC_MESSAGES" / f"{DOMAIN}.po" for name in LOCALES.values())


def main() -> None:
    """Compile every catalogue beside its source."""
    for path in po_files():
        path.with_suffix(".mo").write_bytes(compiled(path))


if __name__ == "__main__":
    main()
