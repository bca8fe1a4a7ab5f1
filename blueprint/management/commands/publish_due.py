import logging
import signal
import threading
import time

from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, close_old_connections, connections

from blueprint import publishing, roles, verifying
from blueprint.checkpoints import sign_outstanding
from blueprint.clock import database_now
from blueprint.scheduling import next_moment, publish_due

logger = logging.getLogger(__name__)
# While it waits for a moment the worker looks again after this long: releases are approved and moved meanwhile.
LONGEST_SLEEP = 1.0
LONGEST_BACK_OFF = 3.0
# A publication is signed with itself. What could not be, for want of a key, is tried again after this long.
SECONDS_BETWEEN_SIGNING = 30


class Command(BaseCommand):
    help = "Publishes every approved release whose moment has come. With --watch: goes on doing so."

    sign_again_at = 0.0

    def add_arguments(self, parser):
        parser.add_argument("--watch", action="store_true", help="stay, and publish each at its moment")

    def handle(self, *args, watch, **options):
        roles.check_at_start()
        verifying.check_at_start()
        if watch:
            self.watch()
        else:
            self.one_round()

    def one_round(self):
        # A release that waits is not to be marked as refused for what ails the ledger.
        published = publish_due() if not publishing.broken else []
        for publication in published:
            self.stdout.write(f"Published: publication {publication.number}.")
        if published or time.monotonic() >= self.sign_again_at:
            sign_outstanding()
            self.sign_again_at = time.monotonic() + SECONDS_BETWEEN_SIGNING

    def watch(self):
        stop = stopped_by_signals()
        self.stdout.write("Watching for releases whose moment comes.")
        self.stdout.flush()
        back_off = 0.0
        while not stop.is_set():
            try:
                close_old_connections()
                self.one_round()
                wait, back_off = sleep_until_next(), 0.0
            except (OperationalError, InterfaceError) as fault:
                # The database restarts or cannot be reached: what was not committed will be found due again.
                back_off = min(max(2 * back_off, 0.5), LONGEST_BACK_OFF)
                wait = back_off
                logger.warning(
                    "The database does not answer (%s). Next try in %s s.", type(fault).__name__, wait
                )
                connections.close_all()
            stop.wait(wait)


def sleep_until_next() -> float:
    moment = next_moment()
    if moment is None:
        return LONGEST_SLEEP
    return min(LONGEST_SLEEP, max(0.0, (moment - database_now()).total_seconds()))


def stopped_by_signals() -> threading.Event:
    """Set by SIGTERM or Ctrl-C: the release at hand is finished, and no other begun."""
    stop = threading.Event()

    def heard(*_):
        # Not here: the signal may have come while this very thread held the event's lock.
        threading.Thread(target=stop.set).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, heard)
    return stop
