"""A real time-stamping authority on this machine: `openssl ts` behind a loopback HTTP server."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Twist = Callable[[bytes], bytes]

# `-chain` stays out: OpenSSL then writes the certificates unsorted, which strict DER refuses.
_CONFIGURATION = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256, sha512
accuracy = secs:1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """An authority's folder; `roots` holds what must be trusted to believe it."""

    folder: Path
    _turn: Lock = field(default_factory=Lock, repr=False)

    @property
    def roots(self) -> Path:
        return self.folder / "roots"

    def reply(self, query: bytes) -> bytes:
        """Stamp a query by `openssl ts -reply`, one at a time: they share files."""
        asked, answer = self.folder / "query.tsq", self.folder / "answer.tsr"
        with self._turn:
            asked.write_bytes(query)
            subprocess.run(
                [
                    *("openssl", "ts", "-reply", "-config", str(self.folder / "ts.cnf")),
                    *("-queryfile", str(asked), "-out", str(answer)),
                ],
                check=True,
                capture_output=True,
            )
            return answer.read_bytes()


def found_authority(folder: Path, *, days: int = 30, until_days: int = 365) -> Authority:
    """Make a root and a signer below it, valid from `days` ago until `until_days` from now."""
    (folder / "roots").mkdir(parents=True)
    now = datetime.now(UTC)
    start, end = now - timedelta(days=days), now + timedelta(days=until_days)
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name, name = named("Example TSA Root"), named("Example TSA")
    root = (
        builder(root_name, root_name, root_key, start, now + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(root_key, SHA256())
    )
    signer = (
        builder(name, root_name, key, start, end)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(root_key, SHA256())
    )
    (folder / "roots" / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
    listed = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root_name)
        .last_update(start)
        .next_update(end)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()),
            critical=False,
        )
        .sign(root_key, SHA256())
    )
    (folder / "roots" / "root.crl").write_bytes(listed.public_bytes(Encoding.DER))
    (folder / "tsa.pem").write_bytes(signer.public_bytes(Encoding.PEM))
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "tsa.key").write_bytes(pem)
    (folder / "serial").write_text("01\n", encoding="ascii")
    (folder / "ts.cnf").write_text(_CONFIGURATION.format(folder=folder), encoding="ascii")
    return Authority(folder=folder)


def named(common_name: str) -> x509.Name:
    """Return the name of somebody in a certificate."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    start: datetime,
    end: datetime,
) -> x509.CertificateBuilder:
    """Return a certificate that is not signed yet."""
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
    )


@contextmanager
def serving(
    authority: Authority, *, twist: Twist = bytes, kind: str = "application/timestamp-reply"
) -> Iterator[str]:
    """Serve an authority on loopback; `twist` may spoil what it answers. Yields its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            answer = twist(authority.reply(query))
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
