"""Errors of an import as a whole. Flaws of single cases are not errors; see `report`."""


class ImportFailed(ValueError):  # noqa: N818 - it is what the user reads, in the user's words
    """The import can not be done; the message says what the user must mend."""


class BrokenLog(ValueError):  # noqa: N818 - names the log's state
    """The log can not be read any further; what was read before still counts."""
