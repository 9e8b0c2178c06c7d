"""What is measured: one line each. A page that the product does not have yet is left out, and named as such."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import cycle
from random import Random
from uuid import uuid4

from django.urls import NoReverseMatch, reverse
from PIL import Image

from tests.bench.browser import Answer, Browser
from tests.pages import read, select

#: The demo accounts that ask (tickets/demo).
REPORTER, PERFORMER, COORDINATOR, KEPALA, ADMIN = "siti", "fajar", "budi", "zulkifli", "dewi"


@dataclass(frozen=True)
class Page:
    """A page by the name of its address. What is judged is held to the targets of DESIGN section 9."""

    name: str
    who: str
    url: str
    query: str = ""
    is_judged: bool = False
    is_slow: bool = False  # asked a fifth as often

    @property
    def is_there(self) -> bool:
        try:
            self.address(number="WEB-2026-0001")
        except NoReverseMatch:
            return False
        return True

    def answers(self, browser: Browser) -> Iterator[Answer]:
        address = browser.settled(self.address())
        while True:
            yield browser.get(address)

    def address(self, **place: str) -> str:
        return reverse(self.url, kwargs=place if "number" in place and self._is_of_a_ticket else None) + self._asks

    @property
    def _is_of_a_ticket(self) -> bool:
        return self.url.startswith("tiket-")

    @property
    def _asks(self) -> str:
        return f"?{self.query}" if self.query else ""


class TicketPage(Page):
    """A page of a ticket: that of each ticket in turn on the first page of the list under `query`."""

    def answers(self, browser: Browser) -> Iterator[Answer]:
        for address in cycle(browser.get(f"/tiket/?{self.query}").tickets):
            yield browser.get(reverse(self.url, args=[address.split("/")[2]]))

    _asks = ""


class FewHits(Page):
    """The search for the greater part of a number that exists: it finds ten tickets or fewer."""

    def answers(self, browser: Browser) -> Iterator[Answer]:
        for address in cycle(browser.get("/tiket/?tampilan=selesai").tickets):
            number = address.split("/")[2]
            yield browser.get(f"/tiket/?cari={number[4:-1]}")


class Upload(Page):
    """A 200 kB screenshot on its way in, checked, laid out anew and stored."""

    def answers(self, browser: Browser) -> Iterator[Answer]:
        while True:
            yield browser.upload(screenshot())


class Filing(Page):
    """A report sent with a screenshot that is already there."""

    def answers(self, browser: Browser) -> Iterator[Answer]:
        while True:
            yield browser.post(
                self.address(),
                procedure="website",
                title="Halaman layanan tidak dapat dibuka",
                description="Muncul galat 500 sejak pagi.",
                impact="satu",
                token=str(uuid4()),
                **{"bukti_masalah-tangkapan_layar-berkas": browser.uploaded(screenshot())},
            )


class Advancing(Page):
    """The first row left by the form of its page, each time on another ticket."""

    def answers(self, browser: Browser) -> Iterator[Answer]:
        while waiting := browser.get(f"/tiket/?{self.query}").tickets:
            for address in waiting:
                yield browser.post(f"{address}selesaikan/", **filled(browser.get(address)))


def filled(answer: Answer) -> dict[str, str]:
    """The form of a row as its page offers it, with something in every empty field, sent by its first button."""
    form = next(form for form in select(read(answer), "form") if form.get("action", "").endswith("/selesaikan/"))
    fields = {}
    for field in form.iter():
        name, kind = field.get("name"), field.get("type", "")
        if not name or kind in ("file", "checkbox") or (kind == "radio" and name in fields):
            continue
        if field.tag == "textarea" or (field.tag == "input" and kind in ("text", "")):
            fields[name] = "" if name == "reason" else "Sudah diperiksa."
        elif field.tag in ("input", "button"):
            fields.setdefault(name, field.get("value", ""))
    return fields


@cache
def screenshot() -> bytes:
    """A PNG of a whole screen, about 200 kB: flat areas, and a part that does not compress."""
    noise = Random(2026)  # noqa: S311  # a picture, no secret
    picture = Image.new("RGB", (1366, 768), "white")
    for top in range(0, 768, 48):
        picture.paste((noise.randrange(256), 120, 160), (40, top, 40 + noise.randrange(80, 1200), top + 20))
    picture.paste(Image.frombytes("RGB", (256, 256), noise.randbytes(256 * 256 * 3)), (900, 300))
    target = io.BytesIO()
    picture.save(target, "PNG")
    return target.getvalue()


ARCHIVE = f"periode=bebas&dari=2020-01-01&sampai={datetime.now(UTC):%Y-%m-%d}"

SCENARIOS = (
    Page("List, Programmer", PERFORMER, "tiket", is_judged=True),
    Page("List, Kepala Bidang", KEPALA, "tiket", is_judged=True),
    Page("List, own turn", PERFORMER, "tiket", "tampilan=giliran", is_judged=True),
    Page("List, late", KEPALA, "tiket", "tampilan=terlambat", is_judged=True),
    Page("List, page 2", KEPALA, "tiket", "page=2", is_judged=True),
    Page("List, page 9999999", KEPALA, "tiket", "page=9999999"),
    Page("List, by limit", KEPALA, "tiket", "urut=tenggat", is_judged=True),
    Page("List, one OPD, done", KEPALA, "tiket", "tampilan=selesai&opd=Dinkes", is_judged=True),
    Page("List, worked on by me", PERFORMER, "tiket", "milik=dikerjakan"),
    Page("List, elsewhere", PERFORMER, "tiket", "milik=menunggu", is_judged=True),
    Page("Beranda, reporter", REPORTER, "beranda", is_judged=True),
    Page("Beranda, Programmer", PERFORMER, "beranda", is_judged=True),
    Page("Beranda, Sub Koordinator", COORDINATOR, "beranda", is_judged=True),
    Page("Beranda, Kepala Bidang", KEPALA, "beranda", is_judged=True),
    Page("Beranda, administrator", ADMIN, "beranda", is_judged=True),
    TicketPage("Detail, done", KEPALA, "tiket-detail", "tampilan=selesai", is_judged=True),
    TicketPage("Detail, own turn", PERFORMER, "tiket-detail", "tampilan=giliran", is_judged=True),
    Page("Search, many hits", PERFORMER, "tiket", "cari=tidak"),
    FewHits("Search, few hits", PERFORMER, "tiket"),
    Page("Search, no hit", PERFORMER, "tiket", "cari=zzqxv"),
    Upload("Filing: 200 kB PNG", REPORTER, "lampiran-unggah"),
    Filing("Filing: the report", REPORTER, "buat-laporan"),
    Advancing("Advancing a row", COORDINATOR, "tiket-selesaikan", "langkah=website-2024.1"),
    Page("SLA page, this month", KEPALA, "sla"),
    Page("SLA page, this year", KEPALA, "sla", "periode=tahun"),
    Page("SLA page, one OPD", KEPALA, "sla", "opd=Dinkes"),
    Page("SLA page, whole archive", KEPALA, "sla", ARCHIVE),
    TicketPage("PDF of one ticket", KEPALA, "tiket-laporan-pdf", "tampilan=selesai&layanan=spj_online", is_slow=True),
    Page("PDF of the month", KEPALA, "sla-pdf", is_slow=True),
    Page("XLSX of the month", KEPALA, "sla-xlsx", is_slow=True),
)
