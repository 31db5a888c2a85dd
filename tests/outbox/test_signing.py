"""Signatures of messages, byte for byte as the specification's own libraries make them."""

from pathlib import Path

import pytest

from ledger.outbox.signing import (
    SecretError,
    headers,
    new_secret,
    parse_secret,
    read_secrets,
    write_secrets,
)

NAME = "msg_p5jXN8AQM9LWM0D4loKWxJek"
BODY = b'{"test": 2432232314}'
AT_S = 1614265330


@pytest.mark.parametrize(
    ("secret", "signature"),
    [
        pytest.param(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            id="hmac",
        ),
        pytest.param(
            "whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=",
            "v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag==",
            id="ed25519",
        ),
    ],
)
def test_a_signature_is_the_one_of_the_specifications_libraries(
    secret: str, signature: str
) -> None:
    """The vectors are those of standard-webhooks, libraries/go."""
    made = headers(NAME, AT_S, BODY, [parse_secret(secret)])
    assert made == {
        "webhook-id": NAME,
        "webhook-timestamp": str(AT_S),
        "webhook-signature": signature,
    }


def test_while_a_secret_is_replaced_both_sign() -> None:
    both = [new_secret(is_key=False), new_secret(is_key=True)]
    made = headers(NAME, AT_S, BODY, both)["webhook-signature"].split(" ")
    assert [one.partition(",")[0] for one in made] == ["v1", "v1a"]
    assert both[1].for_receiver.startswith("whpk_")
    assert both[0].for_receiver == both[0].text


def test_secrets_are_read_back_and_by_nobody_else(tmp_path: Path) -> None:
    path = tmp_path / "webhooks" / "one.secret"
    secrets = (new_secret(is_key=False), new_secret(is_key=True))
    write_secrets(path, secrets)
    assert read_secrets(path) == secrets
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    with pytest.raises(SecretError, match="chmod 600"):
        read_secrets(path)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("", id="empty"),
        pytest.param("hunter2", id="no-prefix"),
        pytest.param("whsec_!!!!", id="no-base64"),
        pytest.param("whsec_c2hvcnQ=", id="too-short"),
        pytest.param("whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", id="no-key"),
        pytest.param("\n".join(["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] * 5), id="too-many"),
    ],
)
def test_what_is_no_secret_is_named_and_not_repeated(tmp_path: Path, content: str) -> None:
    path = tmp_path / "one.secret"
    path.touch(0o600)
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(SecretError) as error:
        read_secrets(path)
    assert "hunter2" not in str(error.value)
