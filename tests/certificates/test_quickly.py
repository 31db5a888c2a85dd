"""The shortcuts through WeasyPrint change how long a page takes, and nothing else."""

import pytest
from weasyprint import css
from weasyprint.layout import percent
from weasyprint.text import line_break

from certificates import quickly
from tests.support.sealed_paper import renderer as shared
from tests.support.specimens import LOOKS, paper


@pytest.mark.parametrize("look", LOOKS)
def test_a_paper_is_the_same_bytes_without_shortcuts(
    look: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    renderer = shared()
    quick = renderer.draw(*paper(look))
    monkeypatch.setattr(quickly, "_SHORTCUTS", ())
    assert renderer.draw(*paper(look)) == quick


def test_shortcuts_end_with_the_paper_even_if_it_fails() -> None:
    before = css.ComputedStyle, percent.resolve_one_percentage, line_break.Layout.deactivate
    with pytest.raises(RuntimeError), quickly.quickly():
        raise RuntimeError
    after = css.ComputedStyle, percent.resolve_one_percentage, line_break.Layout.deactivate
    assert after == before
