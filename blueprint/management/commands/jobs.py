import logging
import threading
from collections.abc import Callable

from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, close_old_connections, connections

from blueprint import roles
from blueprint.clock import database_now
from blueprint.daily import ask_for_the_usual
from blueprint.jobs import do_next
from blueprint.sending import send_due
from blueprint.subscribing import write_to_subscribers
from indicators.letters import write_letters

from .publish_due import stopped_by_signals

logger = logging.getLogger(__name__)
SECONDS_BETWEEN_JOBS, SECONDS_BETWEEN_POSTS, SECONDS_BETWEEN_LOOKS = 0.5, 1.0, 30.0
LONGEST_BACK_OFF = 60.0


class Command(BaseCommand):
    help = "Writes and sends mail, and does what pages do not wait for. With --watch: goes on doing so."

    def add_arguments(self, parser):
        parser.add_argument("--watch", action="store_true", help="stay, and do each as it comes")

    def handle(self, *args, watch, **options):
        roles.check_at_start()
        if watch:
            self.watch()
        else:
            ask_for_the_usual(now=database_now())
            while do_next():
                pass
            post()

    def watch(self):
        """A long job keeps no mail waiting, nor a slow mail server a job."""
        stop = stopped_by_signals()
        threads = [
            threading.Thread(target=again_and_again, args=(stop, *each))
            for each in ((post_while(stop), SECONDS_BETWEEN_POSTS), (the_usual, SECONDS_BETWEEN_LOOKS))
        ]
        for thread in threads:
            thread.start()
        self.stdout.write("Working: mail, jobs and what is done each day.")
        self.stdout.flush()
        again_and_again(stop, lambda: do_next(stopped=stop.is_set), SECONDS_BETWEEN_JOBS)
        for thread in threads:
            thread.join()


def the_usual() -> bool:
    ask_for_the_usual(now=database_now())
    return False


def post_while(stop: threading.Event) -> Callable[[], bool]:
    return lambda: post(stopped=stop.is_set)


def post(*, stopped: Callable[[], bool] = lambda: False) -> bool:
    now = database_now()
    write_letters(now=now)
    write_to_subscribers(now=now)
    if not send_due(stopped=stopped):
        raise ConnectionError("the mail server does not answer")
    return False


def again_and_again(stop: threading.Event, work: Callable[[], bool], seconds: float) -> None:
    """``work`` says whether there may be more at once. A fault never ends the process; it waits longer each time."""
    back_off = 0.0
    while not stop.is_set():
        try:
            close_old_connections()
            more = work()
            wait, back_off = (0.0 if more else seconds), 0.0
        except Exception as fault:
            back_off = min(max(2 * back_off, 1.0), LONGEST_BACK_OFF)
            wait = back_off
            known = isinstance(fault, (OperationalError, InterfaceError, ConnectionError))
            logger.warning("Next try in %s s: %s", wait, fault, exc_info=None if known else fault)
            connections.close_all()
        stop.wait(wait)
    connections.close_all()
