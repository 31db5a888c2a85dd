"""RFC 3161: a time-stamping authority's signed word that some bytes existed at a moment.

We ask with SHA-256 of the bytes, a random nonce and the wish for the signer's certificate, and keep
the whole answer (`TimeStampResp`, clause 2.4.2), so that other tools can check the same file.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from ssl import SSLContext
from typing import Final

import httpx2
from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)
from rfc3161_client.verify import SHA256_OID

ANSWER_BYTES_MAX: Final = 64 * 1024
ANSWER_SECONDS: Final = 20.0
"""For the whole exchange; a single read or connection may take half of it."""

CLOCKS_APART: Final = timedelta(minutes=5)
QUERY_TYPE: Final = "application/timestamp-query"
REPLY_TYPE: Final = "application/timestamp-reply"

Ask = Callable[[str, bytes], bytes]
"""Send a query to an authority's address and return the body of its answer."""


class TimeStampError(Exception):
    """An authority gave no usable time stamp, or a stored one does not hold; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeStamp:
    """An authority's answer, checked as far as roots were given.

    Attributes:
        answer: The DER bytes of the whole `TimeStampResp`.
        gen_time_us: When the authority says it stamped, in microseconds since 1970.
        trusted: A chain to a trusted root and the signature were checked, and hold.
    """

    answer: bytes
    gen_time_us: int
    trusted: bool


def request_time_stamp(
    content: bytes,
    authority: str,
    roots: Sequence[x509.Certificate],
    *,
    now_us: int,
    ask: Ask | None = None,
) -> TimeStamp:
    """Have `content` stamped, and check the answer before anybody relies on it.

    Args:
        content: What is stamped.
        authority: The authority's address, http or https.
        roots: Certificates that are trusted to name authorities; empty checks no signature.
        now_us: This machine's clock.
        ask: How to send; by default over HTTP, within limits of size and time.

    Raises:
        TimeStampError: no answer, too long, malformed, refused, for another digest or nonce,
            from an untrusted or expired certificate, or more than five minutes from our clock.
    """
    query = TimestampRequestBuilder().data(content).hash_algorithm(HashAlgorithm.SHA256).build()
    answer = (ask or ask_over_http)(authority, query.as_bytes())
    stamp = check_time_stamp(answer, content, roots, nonce=query.nonce)
    if abs(stamp.gen_time_us - now_us) > CLOCKS_APART / timedelta(microseconds=1):
        raise TimeStampError("the authority's clock and ours are more than five minutes apart")
    return stamp


def check_time_stamp(
    answer: bytes,
    content: bytes,
    roots: Sequence[x509.Certificate],
    *,
    nonce: int | None = None,
) -> TimeStamp:
    """Check an answer against what was stamped, as `check_stamped_digest` does.

    Raises:
        TimeStampError: as there.
    """
    return check_stamped_digest(answer, sha256(content).digest(), roots, nonce=nonce)


def check_stamped_digest(
    answer: bytes, digest: bytes, roots: Sequence[x509.Certificate], *, nonce: int | None = None
) -> TimeStamp:
    """Check an answer against the SHA-256 that was stamped, the nonce and the roots (if known).

    Certificates must have been valid when the stamp was made, not now: that is its purpose.

    Raises:
        TimeStampError: too long, malformed, not granted, another digest or nonce, or, with roots,
            a signature or a chain that does not hold.
    """
    if len(answer) > ANSWER_BYTES_MAX:
        raise TimeStampError(f"longer than {ANSWER_BYTES_MAX} bytes")
    try:
        decoded = decode_timestamp_response(answer)
        if decoded.as_bytes() != answer:
            raise TimeStampError("bytes follow the answer")
        _check_statement(decoded, digest, nonce)
        gen_time = decoded.tst_info.gen_time
        if roots:
            VerifierBuilder(roots=list(roots), nonce=nonce).build().verify(decoded, digest)
    except VerificationError as error:
        raise TimeStampError(f"does not hold against the trusted roots: {error}") from error
    except ValueError as error:
        raise TimeStampError(f"no time stamp: {error}") from error
    gen_time_us = int(gen_time.timestamp()) * 1_000_000 + gen_time.microsecond
    return TimeStamp(answer=answer, gen_time_us=gen_time_us, trusted=bool(roots))


def _check_statement(decoded: TimeStampResponse, digest: bytes, nonce: int | None) -> None:
    """Check what does not need a signature: an honest authority's answer to another question."""
    if decoded.status != PKIStatus.GRANTED:
        said = ", ".join(decoded.status_string) or "no reason given"
        raise TimeStampError(f"the authority refused, status {decoded.status}: {said}")
    imprint = decoded.tst_info.message_imprint
    if imprint.hash_algorithm.dotted_string != SHA256_OID:
        raise TimeStampError("stamped under another hash than SHA-256")
    if imprint.message != digest:
        raise TimeStampError("stamps other bytes than these")
    if nonce is not None and decoded.tst_info.nonce != nonce:
        raise TimeStampError("answers another request: the nonce is not ours")


def ask_over_http(authority: str, query: bytes) -> bytes:
    """Send a query by HTTP POST (RFC 3161, clause 3.4) and return the answer's body.

    Raises:
        TimeStampError: not reached, not answered in time, another status or type, or too long.
    """
    began, answer = time.monotonic(), b""
    headers = {"Content-Type": QUERY_TYPE, "Accept-Encoding": "identity"}
    try:
        with (
            httpx2.Client(timeout=ANSWER_SECONDS / 2, verify=_tls()) as client,
            client.stream("POST", authority, content=query, headers=headers) as response,
        ):
            if response.status_code != httpx2.codes.OK:
                raise TimeStampError(f"{authority} answers {response.status_code}")
            if response.headers.get("Content-Type", "").partition(";")[0] != REPLY_TYPE:
                raise TimeStampError(f"{authority} answers with something else than a time stamp")
            # Parts are taken as they come: of a size, one could take a dripping authority hours.
            for part in response.iter_raw():
                answer += part
                if len(answer) > ANSWER_BYTES_MAX:
                    raise TimeStampError(f"longer than {ANSWER_BYTES_MAX} bytes")
                if time.monotonic() - began > ANSWER_SECONDS:
                    raise TimeStampError(f"{authority} took more than {ANSWER_SECONDS:.0f} s")
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise TimeStampError(f"{authority} cannot be asked: {error}") from error
    return answer


@cache
def _tls() -> SSLContext:
    """Return what HTTPS is checked with; reading it takes longer than asking for a stamp."""
    return httpx2.create_ssl_context()


def read_roots(folder: Path | None) -> tuple[x509.Certificate, ...]:
    """Return the certificates in a folder's *.pem files; none without a folder.

    Raises:
        TimeStampError: the folder is missing or empty, or a file holds no certificate. A folder
            that was named but trusts nobody would otherwise look like a check that passed.
    """
    if folder is None:
        return ()
    roots: list[x509.Certificate] = []
    for path in sorted(folder.glob("*.pem")):
        try:
            roots.extend(x509.load_pem_x509_certificates(path.read_bytes()))
        except (OSError, ValueError) as error:
            raise TimeStampError(f"{path} holds no certificate: {error}") from error
    if not roots:
        raise TimeStampError(f"{folder} holds no trusted certificate (*.pem)")
    return tuple(roots)
