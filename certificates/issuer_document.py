"""The registry's own key document: the service's key under the registry's address.

Credentials name their issuer as a did:key; this document, served by https, says that the key is
this registry's. Whoever has entry 0 needs neither.

Source: W3C Controlled Identifiers 1.0, clause 2.
"""

from typing import Final

from certificates.multikey import did_key, multikey
from contracts.values import Json

ISSUER_PATH: Final = "/credentials/issuer"
_CONTEXT: Final = "https://www.w3.org/ns/cid/v1"


def issuer_document(base_url: str, public: bytes) -> dict[str, Json]:
    """Return the document of the service that issues certificates."""
    name = f"{base_url.rstrip('/')}{ISSUER_PATH}"
    method = f"{name}#{multikey(public)}"
    return {
        "@context": [_CONTEXT],
        "alsoKnownAs": [did_key(public)],
        "assertionMethod": [method],
        "id": name,
        "verificationMethod": [
            {
                "controller": name,
                "id": method,
                "publicKeyMultibase": multikey(public),
                "type": "Multikey",
            }
        ],
    }
