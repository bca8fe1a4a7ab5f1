"""How much of a file is read at all, and how one says that it is not."""

MOST_BYTES = 5 * 1024 * 1024
MOST_UNPACKED = 50 * 1024 * 1024
MOST_MEMBERS = 1_000
# A member this much larger than packed is a bomb, unless it is small anyway.
MOST_RATIO, RATIO_COUNTS_FROM = 100, 1024 * 1024
MOST_ROWS, MOST_COLUMNS, MOST_SHEETS = 50_000, 60, 20
# The heading is looked for in this many rows from the top.
HEADING_WITHIN = 20


class Unreadable(Exception):
    """The file is not read. The text is for the person who sent it, and says how to mend it."""
