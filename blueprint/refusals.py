class Refused(Exception):
    """The rules do not allow it. The text is for the person who asked."""
