"""A time-stamping authority (RFC 3161) for measuring: in a process of its own, behind HTTP.

`openssl ts` starts a process for every stamp, some ten milliseconds of the two cores that are to be
measured; this one signs with an open key. Its certificates are those of the tests' authority, and
what it answers is checked like any other stamp.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from asn1crypto import algos, cms, core, tsp, x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate

POLICY = "1.3.6.1.4.1.99999.1"


class Stamper:
    """Signs stamps with the key of an authority's folder (tsa.key, tsa.pem)."""

    def __init__(self, folder: Path) -> None:
        key = load_pem_private_key((folder / "tsa.key").read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError("the authority's key is of another kind")
        certificate = load_pem_x509_certificate((folder / "tsa.pem").read_bytes())
        self._key = key
        self._certificate = x509.Certificate.load(certificate.public_bytes(Encoding.DER))
        self._serials = count(1)

    def reply(self, query: bytes) -> bytes:
        """Answer a query."""
        asked = tsp.TimeStampReq.load(query)
        told = {
            "version": "v1",
            "policy": POLICY,
            "message_imprint": asked["message_imprint"],
            "serial_number": next(self._serials),
            "gen_time": datetime.now(UTC),
            "accuracy": {"seconds": 1},
        }
        if asked["nonce"].native is not None:
            told["nonce"] = asked["nonce"]
        content = tsp.TSTInfo(told).dump()
        token = cms.ContentInfo({"content_type": "signed_data", "content": self._signed(content)})
        answer = {"status": {"status": "granted"}, "time_stamp_token": token}
        data: bytes = tsp.TimeStampResp(answer).dump()
        return data

    def _signed(self, content: bytes) -> cms.SignedData:
        digest = algos.DigestAlgorithm({"algorithm": "sha256"})
        named = tsp.ESSCertIDv2({"cert_hash": sha256(self._certificate.dump()).digest()})
        attributes = cms.CMSAttributes(
            [
                _attribute("content_type", "tst_info"),
                _attribute("message_digest", sha256(content).digest()),
                _attribute("signing_certificate_v2", tsp.SigningCertificateV2({"certs": [named]})),
            ]
        )
        signer = cms.SignerInfo(
            {
                "version": "v1",
                "sid": cms.SignerIdentifier(
                    "issuer_and_serial_number",
                    cms.IssuerAndSerialNumber(
                        {
                            "issuer": self._certificate.issuer,
                            "serial_number": self._certificate.serial_number,
                        }
                    ),
                ),
                "digest_algorithm": digest,
                "signed_attrs": attributes,
                "signature_algorithm": {"algorithm": "sha256_ecdsa"},
                "signature": self._key.sign(attributes.dump(), ec.ECDSA(SHA256())),
            }
        )
        return cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [digest],
                "encap_content_info": {
                    "content_type": "tst_info",
                    "content": core.ParsableOctetString(content),
                },
                "certificates": [self._certificate],
                "signer_infos": [signer],
            }
        )


def _attribute(name: str, value: object) -> cms.CMSAttribute:
    return cms.CMSAttribute({"type": name, "values": [value]})


@contextmanager
def stamping(folder: Path) -> Iterator[str]:
    """Run the authority of a folder in another process; yields its address."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(folder, theirs), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}/"
    finally:
        process.terminate()
        process.join()


def _serve(folder: Path, line: Connection) -> None:
    stamper = Stamper(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer = stamper.reply(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_arguments: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    line.send(server.server_address[1])
    server.serve_forever()
