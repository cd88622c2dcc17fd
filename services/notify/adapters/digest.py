"""The texts for agencies: one digest to a post about all the dossiers that it has to be told of."""

from collections.abc import Sequence
from typing import Any

from contracts.sla import FEEDBACK, NEW_DATE, WHOLE, Grievance
from domain.procedures import Directory
from domain.worktime import Text
from services.notify.adapters.names import Names, in_language
from services.notify.adapters.plain import plain
from services.notify.adapters.templates import templates
from services.notify.adapters.writing import Wording
from services.notify.decide import Order
from services.notify.folding_agencies import TO_AGENCIES
from services.notify.state import Desk, Language

_DEADLINES = {
    WHOLE: Text(vi="toàn bộ hồ sơ", en="the whole dossier"),
    NEW_DATE: Text(vi="thời điểm hẹn lại", en="the new date"),
    FEEDBACK: Text(vi="trả lời phản ánh, kiến nghị", en="the answer to a complaint or suggestion"),
}
_OPINION = Text(vi="cho ý kiến phối hợp", en="an opinion that was asked for")
_GRIEVANCES: dict[Grievance, Text] = {
    "overdue": Text(vi="quá hạn", en="overdue"),
    "explanation-missing": Text(vi="quá hạn mà chưa giải trình", en="overdue and not explained"),
    "second-breach": Text(vi="quá hạn cả thời điểm hẹn lại", en="the new date was missed as well"),
}


class Digests:
    """Writes to agencies, in the language that the directory gives them.

    Args:
        directory: who is to be written to, and where.
        names: for codes.
    """

    def __init__(self, directory: Directory, names: Names) -> None:
        self._directory = directory
        self._names = names
        self._templates = templates()

    def address(self, desk: Desk) -> str | None:
        """The e-mail address of a post; None where its agency is told by topics alone."""
        return self._directory.address(desk.agency, desk.post)

    def write(self, orders: Sequence[Order]) -> Wording:
        """Write one digest for all orders to one post."""
        code = next(order.desk.agency for order in orders if order.desk)
        language = self._directory.agencies[code].language
        items = [self._item(order, language) for order in sorted(orders, key=_urgency)]
        facts = {
            "agency": self._names.agency(code, language),
            "count": len(items),
            **{kind.replace("-", "_"): [item for item in items if item["kind"] == kind] for kind in TO_AGENCIES},
        }
        text = self._templates.get_template(f"{language}/agency.j2").render(facts)
        subject, short, _, body = text.split("\n", 3)
        return Wording(subject.strip(), short.strip(), body)

    def _item(self, order: Order, language: Language) -> dict[str, Any]:
        details, procedure = order.details, order.recipient.procedure
        return {
            "kind": order.template,
            "code": order.cause.subject,
            "procedure": self._names.procedure(procedure, language) if procedure else "",
            "deadline": plain(self._deadline(procedure, details.deadline, language)),
            "due": details.due,
            "by": details.new_date,
            "late": plain(self._names.agency(details.agency, language)),
            "reason": in_language(_GRIEVANCES[details.reason], language)
            if details.reason in _GRIEVANCES
            else details.reason,
        }

    def _deadline(self, procedure: str, key: str, language: Language) -> str:
        if key in _DEADLINES:
            return in_language(_DEADLINES[key], language)
        kind, _, rest = key.partition(":")
        return (
            in_language(_OPINION, language)
            if kind == "consultation"
            else self._names.step(procedure, rest.rpartition("#")[0], language)
        )


def _urgency(order: Order) -> tuple[str, str]:
    """Sort by what is or was due first."""
    due = order.details.new_date or order.details.due
    return due.isoformat() if due else "", order.message_id
