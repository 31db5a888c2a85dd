"""Independence: owner, validator, verifier and trader are different organisations and persons."""

from contracts.authority import persons_of
from contracts.books import Books
from contracts.lookup import account as find_account
from contracts.refusal import RefusalCode, Refused
from contracts.values import Value


def check_independent(books: Books, attestor: str, others: tuple[str, ...]) -> Value:
    """Refuse an attestor that shares its organisation or a person with any other account.

    Source: 温室气体自愿减排交易管理办法(试行) art. 18 and 37.

    Returns:
        The attestor's account.

    Raises:
        Refused: `ACCOUNT_UNKNOWN`, `NOT_INDEPENDENT`.
    """
    own = find_account(books, attestor)
    people = {item["person"] for item in persons_of(own)}
    for name in others:
        other = find_account(books, name)
        shared = people.intersection(item["person"] for item in persons_of(other))
        if own["org"] == other["org"] or shared:
            raise Refused(RefusalCode.NOT_INDEPENDENT, account=attestor, other=name)
    return own
