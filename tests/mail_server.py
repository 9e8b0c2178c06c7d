"""A mail server on loopback that behaves as it is told: the world outside, for tests of the delivery of mail."""

import socket
import threading
from contextlib import suppress
from email import message_from_bytes, policy
from enum import StrEnum
from socketserver import StreamRequestHandler, ThreadingTCPServer


class Mode(StrEnum):
    """How a server treats whoever calls."""

    OK = "takes everything"
    SILENT = "accepts the connection and says nothing"
    DUMB_AT_DATA = "takes a mail and never answers"
    DROPS_AT_DATA = "hangs up in the middle of a mail"
    BUSY = "451 to every recipient"
    LEAVING = "421 to every recipient"
    NO_SENDER = "550 to the sender"
    SPAM = "554 to every mail"


class MailServer(ThreadingTCPServer):
    """`with MailServer() as server:` listens on `server.port`. What was taken is in `server.mails`, oldest first.

    Recipients in `refused` get 550, those in `poison` have the connection dropped in the middle of their mail.
    """

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, mode=Mode.OK):
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.mode = mode
        self.mails = []
        self.refused = set()
        self.poison = set()
        self.connections = 0
        self.let_go = threading.Event()

    @property
    def port(self):
        return self.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *exception):
        self.let_go.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):
        """Whoever calls may be killed in mid-sentence."""

    @property
    def recipients(self):
        return [mail["To"] for mail in self.mails]

    @property
    def message_ids(self):
        return [mail["Message-ID"] for mail in self.mails]


class _Conversation(StreamRequestHandler):
    def handle(self):
        self.server.connections += 1
        if self.server.mode is Mode.SILENT:
            self.server.let_go.wait()
            return
        self.say("220 contoh.invalid")
        with suppress(ConnectionError):
            while (line := self.rfile.readline().decode().strip()) and self.answer(line):
                pass

    def say(self, words):
        self.wfile.write(f"{words}\r\n".encode())

    def answer(self, line):
        """Answer one command; says whether the conversation goes on."""
        verb, mode = line.split(":")[0].split()[0].upper(), self.server.mode
        if verb in ("EHLO", "HELO"):
            self.say("250 contoh.invalid")
        elif verb == "MAIL":
            self.say("550 5.7.1 sender not allowed" if mode is Mode.NO_SENDER else "250 ok")
        elif verb == "RCPT":
            return self.recipient(line.split("<")[1].split(">")[0])
        elif verb == "DATA":
            return self.data()
        elif verb == "QUIT":
            self.say("221 bye")
            return False
        else:
            self.say("250 ok")
        return True

    def recipient(self, address):
        self.address = address
        if address in self.server.refused:
            self.say("550 5.1.1 no such user here")
        elif self.server.mode is Mode.BUSY:
            self.say("451 4.7.1 come back later")
        elif self.server.mode is Mode.LEAVING:
            self.say("421 4.3.2 closing")
            return False
        else:
            self.say("250 ok")
        return True

    def data(self):
        self.say("354 go on")
        if self.server.mode is Mode.DROPS_AT_DATA or self.address in self.server.poison:
            self.rfile.readline()
            self.connection.shutdown(socket.SHUT_RDWR)
            return False
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return False  # the sender died
            lines.append(line[1:] if line.startswith(b".") else line)
        if self.server.mode is Mode.SPAM:
            self.say("554 5.6.0 looks like spam")
            return True
        self.server.mails.append(message_from_bytes(b"".join(lines), policy=policy.default))
        if self.server.mode is Mode.DUMB_AT_DATA:
            self.server.let_go.wait()
            return False
        self.say("250 taken")
        return True
