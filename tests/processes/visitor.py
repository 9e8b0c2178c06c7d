"""A person at a browser without JavaScript, over real HTTP: what they do, and the status and words they get."""

from dataclasses import dataclass
from uuid import uuid4

import requests

from tests.factories import png

PASSWORD = "papan-tulis-hijau-42"
PATIENCE = 30  # seconds; beyond them the site hangs


@dataclass
class Answer:
    """What somebody got, and after how many seconds: of a way that leads on to a page, those of its longest part."""

    status: int
    words: str
    seconds: float


class Visitor:
    """Somebody with a browser, at the sign-in page."""

    def __init__(self, port, email):
        self.address, self.email = f"http://127.0.0.1:{port}", email
        self.browser = requests.Session()
        self.get("/masuk/")

    def get(self, path):
        return self._ask("GET", path)

    def post(self, path, data, **files):
        data = {"csrfmiddlewaretoken": self.browser.cookies.get("csrftoken"), **data}
        return self._ask("POST", path, data=data, files=files)

    def _ask(self, method, path, **sent):
        answer = self.browser.request(method, self.address + path, timeout=PATIENCE, **sent)
        words = answer.content.decode(errors="replace")  # of a file too: its first bytes say what it is
        return Answer(
            answer.status_code, words, max(part.elapsed.total_seconds() for part in [*answer.history, answer])
        )

    @staticmethod
    def reaches(address):
        """Whether a site answers as it should."""
        try:
            return requests.get(address, timeout=PATIENCE).status_code == 200
        except requests.ConnectionError:
            return False

    # What people do

    def sign_in(self):
        return self.post("/masuk/", {"username": self.email, "password": PASSWORD})

    def file(self):
        """Send a report with a screenshot."""
        typed = {
            "procedure": "website",
            "title": "Halaman berita tidak terbuka",
            "description": "Muncul galat sejak pagi.",
            "impact": "satu",
            "token": str(uuid4()),
        }
        screenshot = ("layar.png", png(600, 400), "image/png")
        return self.post("/laporan/baru/", typed, **{"bukti_masalah-tangkapan_layar": screenshot})

    def view(self, number):
        return self.get(f"/tiket/{number}/")

    def advance(self, number, run):
        """Hand a report on from row 1."""
        return self.post(f"/tiket/{number}/selesaikan/", {"run": run, "arrow": "2", "token": str(uuid4())})

    def read_sla(self):
        return self.get("/laporan/sla/")

    def comment(self, number):
        """Write to the reporter."""
        return self.post(f"/tiket/{number}/komentar/", {"text": "Sedang kami periksa.", "token": str(uuid4())})

    def read_notices(self):
        return self.get("/pemberitahuan/")
