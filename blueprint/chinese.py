"""Traditional into Simplified Chinese by OpenCC: a draft for a person to read, never a translation."""

import functools
import re
from typing import Any

HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


@functools.cache
def converter(name: str) -> Any:
    # Its dictionaries are read only where something is converted.
    from opencc import OpenCC

    return OpenCC(name)


def simplified(text: str) -> str:
    return str(converter("hk2s").convert(text))


# From a Chinese character to the last one that no Latin letter parts from it, with the figure that ends it.
RUN = re.compile(rf"({HAN.pattern}(?:[^A-Za-z]*{HAN.pattern})?(?:[\d.,]*\d%?)?[\u3000-\u303f\uff00-\uffef]*)")


def is_chinese(text: str) -> bool:
    return HAN.search(text) is not None


def is_simplified(text: str) -> bool:
    """Whether it holds characters that only the Simplified script has, and none of the Traditional alone."""
    return simplified(text) == text and str(converter("s2hk").convert(text)) != text
