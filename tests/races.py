"""Several people at once, each with a database connection of their own."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connections

from blueprint import failpoints


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


# Processes, for what threads cannot show: a death in the middle


def in_processes(work: Callable[[int], Any], *, processes: int = 2, failpoint: str = "") -> list[int]:
    """The exit codes of forks of this process that do ``work(0)``, ``work(1)`` …; with ``failpoint`` they die there.

    Inside ``work``, ``together()`` waits for all of them.
    """
    # A connection must not be shared with a fork.
    connections.close_all()
    forking = multiprocessing.get_context("fork")
    barrier = forking.Barrier(processes)

    def run(index):
        failpoints.ASKED = failpoint
        together.wait = barrier.wait
        work(index)
        connections.close_all()

    started = [forking.Process(target=run, args=[index]) for index in range(processes)]
    for process in started:
        process.start()
    for process in started:
        process.join(timeout=60)
        if process.is_alive():
            process.kill()
            process.join()
    return [process.exitcode for process in started]


def together():
    together.wait(timeout=30)
