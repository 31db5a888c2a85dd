"""A page's text as WeasyPrint lays it out, read as XML: our templates are both HTML and XML.

An HTML parser in Python takes as long as painting the paper, and WeasyPrint's assumptions about all
of HTML triple the styles to compute; `base.css` stands for them.
"""

from xml.etree.ElementTree import fromstring

from cssselect2 import ElementWrapper
from weasyprint import CSS, HTML
from weasyprint.urls import URLFetcher


class PaperDocument(HTML):  # type: ignore[misc]  # WeasyPrint publishes no types
    """A document of our own templates.

    Args:
        text: The page, well-formed.
        fetcher: Opens what the page refers to.
    """

    def __init__(self, text: str, fetcher: URLFetcher) -> None:
        root = fromstring(text)  # noqa: S314  # our own template; names in it are escaped
        self.base_url = None
        self.url_fetcher = fetcher
        self.media_type = "print"
        self.wrapper_element = ElementWrapper.from_html_root(root, content_language=None)
        self.etree_element = self.wrapper_element.etree_element

    def _ua_stylesheets(self, forms: object = False) -> list[CSS]:  # noqa: FBT002  # as WeasyPrint calls it
        """Assume nothing about elements: the papers' own sheet says all of it."""
        del forms
        return []
