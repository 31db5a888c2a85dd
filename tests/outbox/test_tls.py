"""https to receivers: the certificate must be that of the name, although an address is dialled."""

import ipaddress
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from ledger.outbox.addresses import Rules, target_of
from ledger.outbox.sending import Sender, UnsentError
from ledger.outbox.signing import new_secret
from tests.support.receivers import Receiver, receiver
from tests.support.time_authority import builder, named

NAME, ADDRESS = "receiver.example", "127.0.0.1"
LOOPBACK = ipaddress.ip_network("127.0.0.0/8")
DAY = timedelta(days=1)


def certified(folder: Path, subject: x509.GeneralName) -> ssl.SSLContext:
    """Make an authority (`root.pem`) and what a server needs that it has certified."""
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    begin, end = datetime.now(UTC) - DAY, datetime.now(UTC) + DAY
    authority, server = named("Throwaway authority"), named("Receiver")
    root = builder(authority, authority, keys[0], begin, end).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    leaf = builder(server, authority, keys[1], begin, end).add_extension(
        x509.SubjectAlternativeName([subject]), critical=False
    )
    made = [one.sign(keys[0], SHA256()).public_bytes(Encoding.PEM) for one in (root, leaf)]
    (folder / "root.pem").write_bytes(made[0])
    pem = keys[1].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "server.pem").write_bytes(pem + made[1])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return context


@contextmanager
def listening(folder: Path, subject: x509.GeneralName) -> Iterator[tuple[Receiver, list[str]]]:
    """Listen by https; yield the receiver, and the names that it is asked for (SNI)."""
    context, asked = certified(folder, subject), list[str]()
    context.sni_callback = lambda _, name, __: asked.append(name)
    with receiver(context) as hook:
        yield hook, asked


def trust(authority: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an authority be the only one that this machine trusts."""
    paths = ssl.get_default_verify_paths()
    own = paths._replace(openssl_cafile=str(authority), openssl_capath="")
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: own)


def send(hook: Receiver, host: str) -> None:
    rules = Rules(networks=(LOOPBACK,), resolve=lambda *_: [ADDRESS])
    secret = new_secret(is_key=False)
    hook.secret = secret.seed
    target = target_of(f"https://{host}:{hook.port}/hook", rules)
    with closing(Sender(target, [secret])) as sender:
        sender.send("msg_one", b"{}")


@pytest.mark.parametrize(
    ("host", "subject", "named_as"),
    [
        pytest.param(NAME, x509.DNSName(NAME), [NAME], id="name"),
        pytest.param(ADDRESS, x509.IPAddress(ipaddress.ip_address(ADDRESS)), [None], id="address"),
    ],
)
def test_a_receiver_is_who_its_certificate_says(
    host: str,
    subject: x509.GeneralName,
    named_as: list[str | None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with listening(tmp_path, subject) as (hook, asked):
        trust(tmp_path / "root.pem", monkeypatch)
        send(hook, host)
    assert [name for name, _ in hook.came] == ["msg_one"]
    assert (hook.forged, asked) == (0, named_as)
    assert hook.asked[0]["host"] == f"{host}:{hook.port}"


@pytest.mark.parametrize(
    ("subject", "is_trusted"),
    [
        pytest.param(x509.DNSName("other.example"), True, id="another-name"),
        pytest.param(x509.IPAddress(ipaddress.ip_address(ADDRESS)), True, id="only-the-address"),
        pytest.param(x509.DNSName(NAME), False, id="an-authority-nobody-trusts"),
    ],
)
def test_nothing_is_sent_to_anybody_else(
    subject: x509.GeneralName, is_trusted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening(tmp_path, subject) as (hook, asked):
        if is_trusted:
            trust(tmp_path / "root.pem", monkeypatch)
        with pytest.raises(UnsentError, match="no connection: ConnectError"):
            send(hook, NAME)
    assert (hook.came, hook.asked, asked) == ([], [], [NAME])
