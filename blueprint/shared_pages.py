"""Pages in a Redis that several machines share. It may be slow, gone or in other hands, and costs speed only."""

import hashlib
import hmac
import time
from collections.abc import Callable
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

PREFIX = "blueprint:page:"
PATIENCE = 0.1
REST = 5
DAY = 24 * 60 * 60


class SharedPages:
    """Bytes under names, each signed for its name: what others wrote there is as good as absent.

    After a fault, or an answer that came late, it is left alone for a while.
    """

    def __init__(self, url: str, secret: str):
        self.secret = hashlib.sha256(f"blueprint.shared_pages {secret}".encode()).digest()
        self.resting_until = 0.0
        self.client = redis.Redis.from_url(
            url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry=Retry(NoBackoff(), 0)
        )

    def get(self, name: str) -> bytes | None:
        found = self.ask(lambda: self.client.get(PREFIX + name))
        if not found or not hmac.compare_digest(found[:32], self.signature(name, found[32:])):
            return None
        return found[32:]

    def put(self, name: str, content: bytes) -> None:
        signed = self.signature(name, content) + content
        self.ask(lambda: self.client.set(PREFIX + name, signed, ex=DAY))

    def signature(self, name: str, content: bytes) -> bytes:
        return hmac.digest(self.secret, f"{name}\n".encode() + content, "sha256")

    def ask(self, question: Callable[[], Any]) -> Any:
        began = time.monotonic()
        if began < self.resting_until:
            return None
        try:
            return question()
        except (redis.RedisError, OSError):
            self.resting_until = time.monotonic() + REST
            return None
        finally:
            # A trickle stays below the timeout of each single reading from the socket.
            if time.monotonic() - began > PATIENCE:
                self.resting_until = time.monotonic() + REST
