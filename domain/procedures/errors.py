from domain.worktime import DataError


class ProcedureError(DataError):
    """A file of procedures or agencies is broken or contradicts itself or another."""
