"""The seal of this node, from its settings: where its key is."""

from certificates.seal import Sealer
from certificates.seal_key import KeyFolder, KeyPlace, Token
from ledger.settings import Settings, SettingsError


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
    """Open this node's seal.

    Raises:
        SettingsError, RootError, SealKeyError: it is not set up; the text says why.
    """
    return Sealer(settings.keys, place=key_place(settings))
