"""The processes that test_mail_kills.py kills: each comments on a ticket, delivers the mail, and dies at a named point.

`python -m tests.mail_worker DATABASE` has Django ready and forks a child for each line of JSON that it reads; then it
answers with the signal that ended the child. The points are patched in here: the program itself knows none.
"""

import gc
import json
import os
import signal
import smtplib
import sys
from datetime import datetime
from email.utils import make_msgid
from itertools import count

import django
from django.conf import settings

AFTER_COMMIT = "after the commit"
BEFORE = "before sending"
HALF_SENT = "when half is sent"
UNANSWERED = "when all is sent and the answer not heard"
AFTER = "after sending"
POINTS = (AFTER_COMMIT, BEFORE, HALF_SENT, UNANSWERED, AFTER)

#: Bad builds, to see that the harness sees.
MARKS_FIRST = "marks mail before it sends it"
NEW_IDS = "gives each mail a new Message-ID"


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def at_its_turn(turn, act, instead):
    """`act`, but at the n-th call `instead`."""
    calls = count(1)
    return lambda *arguments: (instead if next(calls) == turn else act)(*arguments)


def half_of_a_mail(connection, message):
    connection.putcmd("data")
    connection.getreply()
    connection.send(message[: len(message) // 2])
    die()


def unheard(connection, message):
    connection.putcmd("data")
    connection.getreply()
    connection.send(smtplib._quote_periods(message) + b"\r\n.\r\n")
    connection.sock.recv(1)  # the server has it now
    die()


def patch(point, turn, build, now):
    """Let this process die at the turn-th mail."""
    from tickets.notifications import mails, outbox

    if point == BEFORE:
        outbox.Post.send = at_its_turn(turn, outbox.Post.send, lambda *_: die())
    elif point in (HALF_SENT, UNANSWERED):
        smtplib.SMTP.data = at_its_turn(turn, smtplib.SMTP.data, half_of_a_mail if point == HALF_SENT else unheard)
    elif point == AFTER:
        outbox._mark_sent = at_its_turn(turn, outbox._mark_sent, lambda *_: die())
    if build == MARKS_FIRST:
        write, mark = mails.of, outbox._mark_sent
        mails.of = lambda person, notices: (mark(notices, now, outbox.Delivered()), write(person, notices))[1]
    elif build == NEW_IDS:
        mails.message_id = lambda first: make_msgid(domain="contoh.invalid")


def live(order):
    """Comment, deliver, and never return."""
    from tickets import actions
    from tickets.models import Ticket
    from tickets.notifications import outbox

    now = datetime.fromisoformat(order["now"])
    patch(order["point"], order["turn"], order["build"], now)
    ticket = Ticket.objects.get(pk=order["ticket"])
    actions.comment(ticket, by=ticket.reporter, text="Masih galat.", now=now)
    if order["point"] == AFTER_COMMIT:
        die()
    outbox.deliver(now)
    os._exit(0)


def read_ahead():
    """Have in memory what each child would read for itself."""
    from django.core.mail.utils import DNS_NAME
    from django.template.loader import get_template
    from django.utils import timezone

    from tickets import actions
    from tickets.words import when

    str(DNS_NAME), when(timezone.now()), actions
    for name in ("notice.subject.txt", "notice.txt", "notice.html", "_foot.txt", "_mail.html"):
        get_template(f"emails/{name}")
    gc.freeze()


def run():
    settings.DATABASES["default"]["NAME"] = sys.argv[1]
    settings.DATABASES["default"].get("OPTIONS", {}).pop("pool", None)  # a forked child has a connection of its own
    django.setup()
    read_ahead()
    for line in sys.stdin:
        child = os.fork()
        if not child:
            live(json.loads(line))
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    run()
