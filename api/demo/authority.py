"""The demonstration's own time-stamping authority: invented, in this process, on the play's clock.

A real registry asks one over the network. This one needs none and states the day that the play
has come to; it signs with RSA, which is what pyHanko's authority for rehearsals knows.
"""

from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.sign.timestamps import DummyTimeStamper

_BITS: Final = 2048
_EXPONENT: Final = 65_537
_YEARS: Final = timedelta(days=3_650)
_NAME: Final = "Example time-stamping authority (DEMO)"


class DemoAuthority:
    """A root, a signer below it, and a clock that the play sets."""

    def __init__(self, founded: datetime) -> None:
        self._root_key, key = (rsa.generate_private_key(_EXPONENT, _BITS) for _ in range(2))
        self.root = (
            _builder(f"{_NAME} root", f"{_NAME} root", self._root_key, founded)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(self._root_key, SHA256())
        )
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        signer = (
            _builder(f"{_NAME} root", _NAME, key, founded)
            .add_extension(usage, critical=True)
            .sign(self._root_key, SHA256())
        )
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self._signer = next(load_certs_from_pemder_data(signer.public_bytes(Encoding.PEM)))
        self._key = load_private_key_from_pemder_data(pem, passphrase=None)

    def revoked(self, moment: datetime) -> x509.CertificateRevocationList:
        """Return the root's list of revoked signers: of none."""
        key = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._root_key.public_key())
        return (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.root.subject)
            .last_update(moment)
            .next_update(moment + _YEARS)
            .add_extension(key, critical=False)
            .sign(self._root_key, SHA256())
        )

    def at(self, moment: datetime) -> DummyTimeStamper:
        """Return the authority as it answers at a moment of the play."""
        return DummyTimeStamper(self._signer, self._key, fixed_dt=moment)


def _builder(
    issuer: str, subject: str, key: rsa.RSAPrivateKey, start: datetime
) -> x509.CertificateBuilder:
    names = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one)]) for one in (issuer, subject))
    return (
        x509.CertificateBuilder()
        .issuer_name(next(names))
        .subject_name(next(names))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + _YEARS)
    )
