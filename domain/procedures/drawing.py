from collections.abc import Mapping
from typing import Literal

from domain.procedures.models import Condition, Procedure, Step
from domain.worktime import Text

Language = Literal["vi", "en"]


def mermaid(procedure: Procedure, roles: Mapping[str, Text], language: Language = "vi") -> str:
    """The workflow as a Mermaid flowchart: boxes are steps with who does them and their time.

    A step that depends on what the dossier declares hangs on dotted arrows that say so; without it, those after it
    follow those before it.
    """

    def told(text: Text) -> str:
        return _text(getattr(text, language))

    lines = ["flowchart LR", f'    start(["{told(procedure.name)}<br/>{told(procedure.limit.spelled)}"])']
    lines += [
        f'    {_node(step.id)}["{told(step.name)}<br/>{told(roles[step.role])}, {told(step.limit.spelled)}"]'
        for step in procedure.steps
    ]
    for step in procedure.steps:
        for before in step.after or ("start",):
            lines.append(f"    {_node(before) if step.after else before} {_arrow(step)} {_node(step.id)}")
    lines += [f"    {_node(step)} --> done([{_END[language]}])" for step in _last(procedure)]
    return "\n".join(lines)


_END = {"vi": "Có kết quả", "en": "Result"}


def _node(step: str) -> str:
    """A name that no word of Mermaid's own can be: `end` is one, and a likely step."""
    return f"s_{step.replace('-', '_')}"


def _last(procedure: Procedure) -> list[str]:
    followed = {before for step in procedure.steps for before in step.after}
    return [step.id for step in procedure.steps if step.id not in followed]


def _arrow(step: Step) -> str:
    return "-->" if step.when is None else f'-. "{_text(_condition(step.when))}" .->'


def _condition(when: Condition) -> str:
    if when.one_of is not None:
        values = ", ".join(str(value).lower() if isinstance(value, bool) else value for value in when.one_of)
        return f"{when.attribute}: {values}"
    return f"{when.attribute} ≥ {when.at_least}" if when.at_least is not None else f"{when.attribute} ≤ {when.at_most}"


def _text(text: str) -> str:
    return text.replace('"', "#quot;")
