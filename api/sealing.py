"""The seal of this node, from its settings: where its key is, and who dates what it seals."""

from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from certificates.pki_root import RootError
from certificates.seal import Sealer
from certificates.seal_key import KeyFolder, KeyPlace, SealKeyError, Token
from certificates.time_stamper import Authority
from certificates.trust import TIME_ROOTS, TrustError
from ledger.anchors.time_stamps import TimeStampError, read_roots
from ledger.files import write_atomically
from ledger.settings import Settings, SettingsError

FAILURES: Final = (RootError, SealKeyError, SettingsError, TimeStampError, TrustError)
"""Why a seal cannot be opened or used; each text says what to do."""


def key_place(settings: Settings) -> KeyPlace:
    """Return where keys of seals are: a token if one is set, else the folder of keys.

    Raises:
        SettingsError: a token is named only in part.
    """
    module, label = settings.seal_pkcs11_module, settings.seal_pkcs11_token
    pin_file = settings.seal_pkcs11_pin_file
    if module is None and label is None and pin_file is None:
        return KeyFolder(folder=settings.keys)
    if module is None or label is None or pin_file is None:
        raise SettingsError(
            "SINKLEDGER_SEAL_PKCS11_MODULE, _TOKEN and _PIN_FILE belong together: set all or none"
        )
    return Token(module=module, label=label, pin_file=pin_file)


def open_sealer(settings: Settings) -> Sealer:
    """Open this node's seal, which is dated by the authority that the settings name, if any.

    Raises:
        RootError, SealKeyError, SettingsError, TimeStampError, TrustError: it is not set up
            (`FAILURES`).
    """
    return Sealer(settings.keys, authority_of(settings), key_place(settings), settings.trust)


def authority_of(settings: Settings) -> Authority | None:
    """Return the authority that dates seals, and let readers of the trust folder know its roots.

    Raises:
        TimeStampError: the folder of its roots cannot be read.
    """
    if settings.anchor_url is None:
        return None
    roots = read_roots(settings.anchor_roots)
    add_time_roots(settings, roots)
    return Authority(settings.anchor_url, roots)


def add_time_roots(settings: Settings, roots: tuple[x509.Certificate, ...]) -> None:
    """Put roots of authorities among the trust anchors; those of earlier years stay."""
    path = settings.trust / TIME_ROOTS
    known = x509.load_pem_x509_certificates(path.read_bytes()) if path.exists() else []
    new = [root for root in roots if root not in known]
    if new:
        content = b"".join(root.public_bytes(Encoding.PEM) for root in [*known, *new])
        write_atomically(path, content)
