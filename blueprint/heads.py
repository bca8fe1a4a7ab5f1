"""Up to where everything is public, remembered for half a second by each process."""

import datetime
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import Error, connections
from django.db.models import Max

from .clock import today
from .models import Checkpoint, Publication
from .public_reads import public_reads

REMEMBERED = 0.5
# How long a thread waits while another asks: it can show what it knows, unless it knows nothing.
PATIENCE, FIRST_PATIENCE = 0.05, 5


@dataclass(frozen=True)
class KnownHead:
    """The last publication, what signed it (``mark`` tells apart two ledgers, too), and the date in Hong Kong."""

    number: int
    mark: str
    today: datetime.date

    @property
    def given(self) -> tuple[int, datetime.date]:
        """What a page may know of it."""
        return self.number, self.today


class Memory:
    def __init__(self, read: Callable[[], KnownHead] | None = None):
        self.read = read or read_head
        self.head: KnownHead | None = None
        self.until = 0.0
        self.forgotten = 0
        self.lock = threading.Lock()

    def current(self) -> KnownHead | None:
        """None only where there never was one: with the database away, the last known goes on."""
        if time.monotonic() < self.until:
            return self.head
        if self.lock.acquire(timeout=PATIENCE if self.head else FIRST_PATIENCE):
            try:
                if time.monotonic() >= self.until:
                    self.refresh()
            finally:
                self.lock.release()
        else:
            # Another thread has been asking for long: the database is what is slow, so nobody else waits for it.
            self.until = time.monotonic() + REMEMBERED
        return self.head

    def refresh(self):
        began, forgotten = time.monotonic(), self.forgotten
        try:
            read = self.read()
        except Error:
            read = self.head
        # The same object as long as it says the same.
        self.head = self.head if read == self.head else read
        self.until = began + REMEMBERED if forgotten == self.forgotten else 0.0

    def forget(self):
        """After a publication by this very process."""
        self.forgotten += 1
        self.until = 0.0


def read_head() -> KnownHead:
    connection = connections[settings.PUBLIC_ALIAS]
    try:
        return queried_head()
    except Error:
        # It may have been open for long, and the server restarted since.
        connection.close()
    try:
        return queried_head()
    except Error:
        connection.close()
        raise


def queried_head() -> KnownHead:
    """A page shows signatures too, which are added a moment after their publication."""
    with public_reads():
        signed = Checkpoint.objects.aggregate(last=Max("pk"))["last"]
        last = Publication.objects.order_by("-number").values_list("number", "leaf_hash").first()
    number, leaf_hash = last or (0, "")
    return KnownHead(number, f"{leaf_hash[:16]}.{signed or 0}", today())


memory = Memory()
current_head = memory.current
forget_head = memory.forget
