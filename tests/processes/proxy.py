"""A TCP proxy on loopback between SOPDesk and a server, which can be cut, stand still or be far away."""

import socket
import threading
import time
from contextlib import suppress
from enum import StrEnum
from queue import SimpleQueue

ONE_WAY = 0.15  # seconds to a server that is far away: 0.3 there and back


class Mode(StrEnum):
    """What becomes of what is sent through it."""

    PASSES = "passes everything on"
    CUT = "hangs up on everybody, and on whoever calls"
    HANGS = "takes everything and passes nothing on"
    FAR = "passes everything on, later"


class Proxy:
    """`with Proxy(host, port) as proxy:` listens on `proxy.port`; `proxy.mode` may be changed at any time."""

    def __init__(self, host, port):
        self.target = (host, port)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.open = set()
        self.passes = threading.Event()
        self.mode = Mode.PASSES

    @property
    def mode(self):
        return self._mode

    @mode.setter
    def mode(self, mode):
        self._mode = mode
        if mode in (Mode.PASSES, Mode.FAR):
            self.passes.set()
        else:
            self.passes.clear()
        if mode is Mode.CUT:
            self.hang_up()

    def __enter__(self):
        threading.Thread(target=self.listen, daemon=True).start()
        return self

    def __exit__(self, *exception):
        self.mode = Mode.CUT
        self.listener.close()
        self.passes.set()

    def listen(self):
        with suppress(OSError):
            while True:
                caller, _ = self.listener.accept()
                self.connect(caller)

    def connect(self, caller):
        """Carry between a caller and the server, unless it is cut off or not there."""
        try:
            if self.mode is Mode.CUT:
                raise ConnectionRefusedError
            server = socket.create_connection(self.target)
        except OSError:
            caller.close()
            return
        for end in (caller, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.open |= {caller, server}
        for ends in ((caller, server), (server, caller)):
            threading.Thread(target=self.carry, args=ends, daemon=True).start()

    def carry(self, source, target):
        """Take what comes from `source`. Another thread hands it over in its time: a long answer is waited for once."""
        under_way = SimpleQueue()
        threading.Thread(target=self.hand_over, args=(under_way, target), daemon=True).start()
        with suppress(OSError):
            while data := source.recv(65536):
                under_way.put((time.monotonic() + (ONE_WAY if self.mode is Mode.FAR else 0), data))
        under_way.put((0, b""))
        with suppress(OSError):
            source.shutdown(socket.SHUT_RDWR)

    def hand_over(self, under_way, target):
        with suppress(OSError):
            while (sent := under_way.get())[1]:
                arrives, data = sent
                time.sleep(max(0, arrives - time.monotonic()))
                self.passes.wait()
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)

    def hang_up(self):
        for end in self.open:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self.open = set()
