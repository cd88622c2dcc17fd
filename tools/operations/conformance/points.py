"""The points that an agency is judged by: what is expected, and how to mend what is not as expected."""

from typing import NamedTuple


class Point(NamedTuple):
    """One point.

    Attributes:
        vi, en: its name.
        expected: what a right program does.
        mend: what to do where it does not.
    """

    vi: str
    en: str
    expected: str
    mend: str


POINTS: dict[str, Point] = {
    "key": Point(
        "Khóa bản ghi",
        "Record key",
        "the record's key is the event's subject, the dossier code, as plain UTF-8 text",
        "set the key of each record to the dossier code; without it your reports overtake each other",
    ),
    "form": Point(
        "Hình thức báo cáo",
        "Form of the report",
        "each record is a CloudEvent that fits contracts/schemas/agency.reported.v1.json",
        "hold your record against the schema and the samples, and mend the field that is named",
    ),
    "source": Point(
        "Nguồn",
        "Source",
        "`source` is /agency/<code>, and `data.agency` is the code",
        "set both to your own code; nobody speaks in another's name",
    ),
    "correlation": Point(
        "Mã tương quan",
        "Correlation",
        "`correlationid` is that of the event which is answered",
        "copy `correlationid` from the event that you answer",
    ),
    "signature": Point(
        "Chữ ký số",
        "Signature",
        "the header `lt-signature` signs the exact bytes of the value with a key that is valid",
        "sign the bytes that you send, with the key of your credentials, and do not write the JSON anew after that",
    ),
    "custody": Point(
        "Nhận hồ sơ",
        "Custody",
        "a hand-over is answered with `took-custody` for its step",
        "report `took-custody` when `dossier.transferred` names you in `to_agency`",
    ),
    "order": Point(
        "Thứ tự báo cáo",
        "Order of reports",
        "`took-custody` is reported before `finished-step`",
        "report custody first, and wait until the bus has acknowledged it",
    ),
    "finish": Point(
        "Hoàn thành bước",
        "Finishing",
        "the step is finished, or handed on",
        "report `finished-step`, `forwards` or `sent-back`; where people do the work, raise --patience",
    ),
    "id": Point(
        "Mã báo cáo",
        "Ids of reports",
        "each report has an id of its own, and what is sent again has the same id",
        "derive the id from the event that you answer and the kind of claim, not from chance or the clock",
    ),
    "others": Point(
        "Hồ sơ của cơ quan khác",
        "Others' dossiers",
        "nothing is reported on a step that was not handed to you",
        "look at `to_agency` (of an opinion at `agency`) before you answer",
    ),
    "repeat": Point(
        "Bản ghi lặp lại",
        "A repeated hand-over",
        "the same hand-over, read twice, changes nothing: no report, or the same with the same id",
        "know an event by source and id; the bus gives events at least once",
    ),
    "again": Point(
        "Trả lại bước trước",
        "Sent back",
        "a step that is handed to you once more (`attempt` 2) is done once more",
        "do not key your work by dossier and step alone: `attempt` is part of it, and of your reports' ids",
    ),
    "recall": Point(
        "Thu hồi hồ sơ",
        "Recalled",
        "after a recall (`movement` recall) nothing more is reported on the step that it ended",
        "read every `dossier.transferred` of your dossiers: `from_step` and `also_ended` name steps that ended",
    ),
    "suspended": Point(
        "Tạm dừng",
        "Suspended",
        "while the dossier is suspended no step is finished, and after `dossier.resumed` it is",
        "hold your report from `dossier.suspended` until `dossier.resumed`",
    ),
    "payment": Point(
        "Nghĩa vụ tài chính",
        "Payment",
        "a dossier that waited for a payment before it came to you is worked on like any other",
        "do not take `dossier.suspended` of an earlier step for your own",
    ),
    "opinion": Point(
        "Cho ý kiến",
        "Opinion",
        "`consultation.requested` that names you is answered with `gives-opinion`",
        "report `gives-opinion` with the `consultation` that the event names",
    ),
    "withdrawn": Point(
        "Rút hồ sơ",
        "Withdrawn",
        "after `dossier.withdrawn` nothing more is reported",
        "end the work when you read `dossier.withdrawn`",
    ),
    "explains": Point(
        "Giải trình",
        "Explanation",
        "`explanation.required` that names you is answered with `explains-delay`, with a target that lies ahead",
        "report `explains-delay` with step, cause, owner, plan and target until the moment `by`",
    ),
    "rejected": Point(
        "Báo cáo bị từ chối",
        "Rejected reports",
        "a rejected report is not sent again under its id, and not again and again under new ones",
        "read `report.rejected`, do what docs/integrating.md says of its code, and report under a new id once",
    ),
    "accepted": Point(
        "Được chấp nhận",
        "Accepted",
        "what is reported is possible, so it is not rejected",
        "read the reason, and docs/integrating.md about its code",
    ),
    "interleaved": Point(
        "Hai hồ sơ xen kẽ",
        "Two dossiers at once",
        "two dossiers that are handed over together are both done",
        "keep what you know by dossier, not in one place for all",
    ),
    "unknown": Point(
        "Loại sự kiện và trường mới",
        "New types and fields",
        "after an event of an unknown type and one with unknown fields the next dossier is done as ever",
        "skip events whose `type` you do not know, and ignore fields that you do not know",
    ),
}

TURNS = (
    "plain",
    "interleaved",
    "repeat",
    "again",
    "recall",
    "suspended",
    "payment",
    "opinion",
    "withdrawn",
    "explains",
    "unknown",
)
"""The turns that are played, a dossier each; of `interleaved` there are two."""
