"""How much one address may ask: of what is worked out anew, for answers that are kept cost nothing.

Counted in the Redis that keeps pages, or else by each process for itself. Whatever fails there, the API answers.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable
from functools import lru_cache

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry
from rest_framework.throttling import BaseThrottle

from ..clients import client_of

MINUTE = 60
PREFIX = "blueprint:asked:"
PATIENCE, REST = 0.1, 5


class OwnCount:
    """The counts of the present minute in this process."""

    def __init__(self):
        self.minute, self.counts, self.lock = 0, Counter(), threading.Lock()

    def add(self, client: str, minute: int) -> int:
        with self.lock:
            if minute != self.minute:
                self.minute, self.counts = minute, Counter()
            self.counts[client] += 1
            return self.counts[client]


class SharedCount:
    """The counts of all processes in Redis. It is left alone for a while after a fault."""

    def __init__(self, url: str):
        self.client = redis.Redis.from_url(
            url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry=Retry(NoBackoff(), 0)
        )
        self.resting_until = 0.0

    def add(self, client: str, minute: int) -> int:
        if time.monotonic() < self.resting_until:
            return 0
        try:
            with self.client.pipeline() as pipe:
                name = f"{PREFIX}{minute}:{client}"
                return pipe.incr(name).expire(name, 2 * MINUTE).execute()[0]
        except (redis.RedisError, OSError):
            self.resting_until = time.monotonic() + REST
            return 0


@lru_cache(1)
def counts(url: str) -> OwnCount | SharedCount:
    return SharedCount(url) if url else OwnCount()


class ByAddress(BaseThrottle):
    """So many requests a minute of one client; 0 sets no limit."""

    clock: Callable[[], float] = staticmethod(time.time)

    def allow_request(self, request, view):
        most = settings.API_REQUESTS_A_MINUTE
        if not most:
            return True
        client = client_of(request.META)
        return counts(settings.CACHE_URL).add(client, int(self.clock() // MINUTE)) <= most

    def wait(self):
        return MINUTE - self.clock() % MINUTE
