"""How fast one person may ask for something that is worked out anew each time: counted in this process, never stored."""

import time
from collections import deque
from collections.abc import Callable
from threading import Lock

# So many people are remembered; who has not asked for longest is forgotten first.
REMEMBERED = 10_000


class Pace:
    """At most so many times in so many seconds, for each person by themselves."""

    def __init__(self, at_most: int, seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.at_most, self.seconds, self.clock = at_most, seconds, clock
        self._asked: dict[object, deque[float]] = {}
        self._lock = Lock()

    def seconds_to_wait(self, who: object) -> int:
        """0 if once more is allowed, which counts it; else the whole seconds until it is."""
        now = self.clock()
        with self._lock:
            asked = self._asked.pop(who, None) or deque(maxlen=self.at_most)
            self._asked[who] = asked
            if len(self._asked) > REMEMBERED:
                self._asked.pop(next(iter(self._asked)))
            if len(asked) == self.at_most and now - asked[0] < self.seconds:
                return int(self.seconds - (now - asked[0])) + 1
            asked.append(now)
            return 0
