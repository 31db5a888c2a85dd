"""The seal's own bytes of a dated paper, and papers in which they are others."""

from collections.abc import Callable

from asn1crypto import cms, core

from tests.support.extended_paper import dated


def place() -> tuple[int, int]:
    """Return where the hexadecimal digits of the seal begin and end."""
    begins = dated().rindex(b"/Contents <") + len(b"/Contents <")
    return begins, dated().index(b">", begins)


def with_seal(content: bytes) -> bytes:
    begins, ends = place()
    digits = content.hex().upper().encode()
    assert len(digits) <= ends - begins
    return dated()[:begins] + digits.ljust(ends - begins, b"0") + dated()[ends:]


def seal() -> bytes:
    begins, ends = place()
    return bytes.fromhex(dated()[begins:ends].decode())


def changed(change: Callable[[cms.ContentInfo], None]) -> bytes:
    info = cms.ContentInfo.load(seal(), strict=False)
    change(info)
    return with_seal(info.dump(force=True))


def something_added(info: cms.ContentInfo) -> None:
    signer = info["content"]["signer_infos"][0]
    junk = cms.CMSAttribute({"type": "1.2.3.4.5", "values": [core.UTF8String("x" * 9)]})
    signer["unsigned_attrs"] = cms.CMSAttributes([*signer["unsigned_attrs"], junk])


def with_an_attribute() -> bytes:
    """Return the paper, its seal with something beside the stamp."""
    return changed(something_added)


def with_another_algorithm_named() -> bytes:
    """Return the paper, its stamp naming an algorithm that it was not made by."""

    def rename(info: cms.ContentInfo) -> None:
        [attribute] = info["content"]["signer_infos"][0]["unsigned_attrs"]
        [signer] = attribute["values"][0]["content"]["signer_infos"]
        signer["signature_algorithm"]["algorithm"] = "sha1_rsa"

    return changed(rename)
