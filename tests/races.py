"""Several people at once, each with a database connection of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connections


def at_once(work: Callable[[int], Any], *, threads: int = 8) -> list[Any]:
    """What ``work(0)``, ``work(1)`` … answered or raised, all begun at the same moment."""
    barrier = Barrier(threads)

    def run(index):
        barrier.wait(timeout=20)
        try:
            return work(index)
        except Exception as fault:
            return fault
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))
