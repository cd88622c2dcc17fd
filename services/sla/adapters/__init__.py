"""The outside world of sla: deadlines with their working-out, and the register of the backlog, over HTTP."""

from services.sla.adapters.http import router

__all__ = ["router"]
