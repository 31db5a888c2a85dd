"""`python -m api.openapi`: write docs/openapi.json; a test compares it with the service."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from api.app import create_app
from ledger.registry import open_registry
from ledger.settings import Settings

DOCUMENT = Path(__file__).parent.parent / "docs" / "openapi.json"


def document() -> str:
    """Return the OpenAPI document of the service as it stands in the code."""
    with TemporaryDirectory() as folder:
        registry = open_registry(Settings(data=Path(folder), keys=Path(folder) / "keys"))
        described = create_app(registry).openapi()
        registry.close()
    return json.dumps(described, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
