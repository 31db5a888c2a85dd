"""Data Integrity proofs by `eddsa-jcs-2022`: Ed25519 over two digests of canonical JSON.

Our canonical JSON is RFC 8785 on what it takes, objects with ASCII keys and integers; a credential
of ours holds nothing else. Ed25519 draws no random numbers, so the same document, the same key and
the same time give the same bytes.

Source: W3C Data Integrity EdDSA Cryptosuites 1.0, clause 3.3.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from certificates.multikey import MultibaseError, multibase, multibase_bytes, verification_method
from certificates.service_key import ServiceKey, is_signed
from contracts.values import Json
from ledger.log.canonical import canonical

CRYPTOSUITE: Final = "eddsa-jcs-2022"
TYPE: Final = "DataIntegrityProof"
PURPOSE: Final = "assertionMethod"


class IntegrityError(ValueError):
    """A document's proof does not hold; says why."""


def hash_data(document: Mapping[str, Json], options: Mapping[str, Json]) -> bytes:
    """Return what is signed: the digest of the proof's options, then the document's."""
    return sha256(canonical(dict(options))).digest() + sha256(canonical(dict(document))).digest()


def secured(document: Mapping[str, Json], options: Mapping[str, Json], key: ServiceKey) -> bytes:
    """Sign a document.

    Args:
        document: It has no proof yet.
        options: The proof without its value.
        key: Whose `verificationMethod` the options name.

    Returns:
        The document with its proof, canonical.
    """
    signature = key.sign(hash_data(document, options))
    proof: dict[str, Json] = {**options, "proofValue": multibase(signature)}
    return canonical({**document, "proof": proof})


def options_of(document: Mapping[str, Json], public: bytes, created: str) -> dict[str, Json]:
    """Return the options of this registry's proofs: one key, one purpose, the same context."""
    return {
        "@context": document["@context"],
        "created": created,
        "cryptosuite": CRYPTOSUITE,
        "proofPurpose": PURPOSE,
        "type": TYPE,
        "verificationMethod": verification_method(public),
    }


def sign_document(document: Mapping[str, Json], key: ServiceKey, *, created: str) -> bytes:
    """Sign a document as this registry does."""
    return secured(document, options_of(document, key.public, created), key)


def unsecured(document: Mapping[str, Json], public: bytes) -> dict[str, Json]:
    """Check the proof of a document by a key that the caller trusts.

    Returns:
        The document without its proof.

    Raises:
        IntegrityError: no proof of this suite, options for another context or purpose, another
            key, or a signature that does not hold.
    """
    bare = {name: value for name, value in document.items() if name != "proof"}
    proof = document.get("proof")
    if not isinstance(proof, dict) or not isinstance(proof.get("proofValue"), str):
        raise IntegrityError("there is no proof")
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    if options != options_of({"@context": None, **bare}, public, str(options.get("created"))):
        raise IntegrityError("the proof has other options than this registry's, or another key")
    try:
        signature = multibase_bytes(str(proof["proofValue"]))
    except MultibaseError as error:
        raise IntegrityError(str(error)) from error
    if not is_signed(public, signature, hash_data(bare, options)):
        raise IntegrityError("the signature does not hold")
    return bare
