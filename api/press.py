"""What a worker makes: statements become sealed papers. It never writes to the registry.

A worker holds one renderer, one open seal (a token's session is its own) and the service's key.
"""

from functools import partial

from api.founding import service_seed
from api.keys import KeyFileError
from api.pool_worker import NotReadyError
from api.sealing import FAILURES, open_sealer
from api.sheets import OpenPress, Press, Sheet, Trouble, Unmade
from certificates.content_parts import ContentError
from certificates.issue import issue
from certificates.render import MissingGlyphError, PageFullError, Renderer, RendererError
from certificates.seal import Sealer
from certificates.seal_key import SealKeyError
from certificates.service_key import ServiceKey
from certificates.statement import attested
from certificates.trust import TrustError
from contracts.v1.certificate_record import SERVICE
from ledger.anchors.time_stamps import TimeStampError
from ledger.log.entry import EntryError
from ledger.settings import Settings


def press_of(settings: Settings) -> OpenPress:
    """Return what opens a press in a worker.

    There it raises `NotReadyError` if a library, a key or the seal is missing.
    """
    return partial(_open, settings)


def _open(settings: Settings) -> Press:
    try:
        key = ServiceKey(seed=service_seed(settings, SERVICE))
        return partial(_press, Renderer(), open_sealer(settings), key)
    except (KeyFileError, RendererError, *FAILURES) as error:
        raise NotReadyError(str(error)) from error


def _press(renderer: Renderer, sealer: Sealer, key: ServiceKey, sheet: Sheet) -> bytes | Unmade:
    try:
        statement = attested(sheet.statement, key)
        return issue(statement, sealer, renderer, when=sheet.when)
    except (ContentError, EntryError, MissingGlyphError, PageFullError) as error:
        return Unmade(trouble=Trouble.PAPER, reason=str(error))
    except TimeStampError as error:
        return Unmade(trouble=Trouble.TIME, reason=str(error))
    except (SealKeyError, TrustError) as error:
        return Unmade(trouble=Trouble.KEY, reason=str(error))
