"""Reading a page as a person does: its parts by simple selectors, and their words."""

import re
from html.parser import HTMLParser
from xml.etree import ElementTree  # only its tree; the parser is Python's own for HTML

VOID = {"br", "hr", "img", "input", "link", "meta", "path", "wbr"}
SELECTOR = re.compile(
    r"(?P<tag>\w*)(?:#(?P<id>[\w-]+))?(?:\.(?P<cls>[\w-]+))?(?:\[(?P<key>[\w-]+)=(?P<value>[\w-]+)\])?"
)


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tree = ElementTree.TreeBuilder()

    def handle_starttag(self, tag, attrs):
        self.tree.start(tag, {name: value or "" for name, value in attrs})
        if tag in VOID:
            self.tree.end(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            self.tree.end(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.tree.end(tag)

    def handle_data(self, data):
        self.tree.data(data)


def read(response):
    """The page as a tree of elements. The response must be a page, not a redirect or an error."""
    assert response.status_code == 200, response.status_code
    reader = _Reader()
    reader.feed(response.content.decode())
    return reader.tree.close()


def select(element, selector):
    """The elements below this one that match, in the order of the page: `ul.rows li`, `#hasil`, `[role=row] a`."""
    found = [element]
    for part in selector.split():
        wanted = SELECTOR.fullmatch(part)
        found = list(dict.fromkeys(e for above in found for e in above.iter() if e is not above and _fits(e, wanted)))
    return found


def one(element, selector):
    """The first element that matches. Fails when there is none."""
    found = select(element, selector)
    assert found, f"no {selector}"
    return found[0]


def words(element):
    """What is to be read in it, on one line."""
    return " ".join(" ".join(element.itertext()).split())


def _fits(element, wanted):
    return (
        wanted["tag"] in ("", element.tag)
        and wanted["id"] in (None, element.get("id"))
        and (wanted["cls"] is None or wanted["cls"] in element.get("class", "").split())
        and (wanted["key"] is None or element.get(wanted["key"]) == wanted["value"])
    )
