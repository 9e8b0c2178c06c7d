"""A person at a browser: signed in, one connection kept open, every answer timed."""

import http.client
import json
import re
import uuid
from dataclasses import dataclass
from time import perf_counter
from urllib.parse import urlencode, urljoin

from tests.bench.counting import HEADER

TICKET = re.compile(rb'href="(/tiket/[A-Z]+-[0-9]{4}-[0-9]{4,6}/)"')


@dataclass(frozen=True)
class Answer:
    """What came back; `status_code` and `content` as `tests.pages.read` asks for them."""

    status_code: int
    content: bytes
    headers: http.client.HTTPMessage
    seconds: float

    @property
    def queries(self) -> int:
        return int(self.headers.get(HEADER, 0))

    @property
    def tickets(self) -> list[str]:
        """The addresses of the tickets a list links to, in its order."""
        return list(dict.fromkeys(address.decode() for address in TICKET.findall(self.content)))


class Browser:
    """One person of the demo office."""

    def __init__(self, port: int, email: str):
        self.port, self.cookies = port, {}
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.get("/masuk/")
        signed_in = self.post("/masuk/demo/", email=email)
        assert (signed_in.status_code, signed_in.headers["Location"]) == (302, "/"), signed_in

    def get(self, address: str) -> Answer:
        return self._ask("GET", address)

    def settled(self, address: str) -> str:
        """Where an address leads in the end."""
        while (answer := self.get(address)).status_code in (301, 302):
            address = urljoin(address, answer.headers["Location"])
        return address

    def post(self, address: str, **fields) -> Answer:
        """Send a form; a list stands for several values of a field."""
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask("POST", address, urlencode(fields, doseq=True).encode(), form)

    def upload(self, picture: bytes) -> Answer:
        """Send a screenshot as uploads.js does."""
        edge = uuid.uuid4().hex
        head = f'--{edge}\r\nContent-Disposition: form-data; name="berkas"; filename="layar.png"\r\n'
        head += "Content-Type: image/png\r\n\r\n"
        body = head.encode() + picture + f"\r\n--{edge}--\r\n".encode()
        return self._ask("POST", "/lampiran/", body, {"Content-Type": f"multipart/form-data; boundary={edge}"})

    def uploaded(self, picture: bytes) -> str:
        """The key of a screenshot that was sent."""
        return json.loads(self.upload(picture).content)["key"]

    def close(self):
        self.line.close()

    def _ask(self, method, address, body=None, headers=None) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **(headers or {})}
        if method == "POST":
            headers["X-CSRFToken"] = self.cookies["csrftoken"]
        begun = perf_counter()
        try:
            self.line.request(method, address, body, headers)
            response = self.line.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):  # kept open for too long
            self.line.close()
            begun = perf_counter()
            self.line.request(method, address, body, headers)
            response = self.line.getresponse()
        content = response.read()
        seconds = perf_counter() - begun
        for cookie in response.headers.get_all("Set-Cookie", ()):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(response.status, content, response.headers, seconds)
