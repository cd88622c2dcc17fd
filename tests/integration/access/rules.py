"""Who may do what on the bus, in words of their own: a fault of the plan is none of theirs."""

ONE, OTHER = "H29.16", "H29.16.05"
"""Two agencies of which one is a unit of the other: their codes begin alike."""

SERVICES = ("intake", "routing", "sla", "rating", "notify")
PRINCIPALS = (*SERVICES, "relay", "operator", "auditor", "simulator", "root", f"agency-{ONE}", f"agency-{OTHER}")

SAYS = {
    "intake": """
        dossier.received dossier.supplement-requested dossier.supplemented dossier.paid dossier.refused
        dossier.withdrawn dossier.delivered submission.rejected applicant.erased intake.passed
    """,
    "routing": """
        dossier.transferred dossier.acknowledged dossier.step-completed dossier.suspended dossier.resumed
        dossier.completed consultation.requested consultation.answered delay.explained report.rejected routing.passed
    """,
    "sla": """
        dossier.due-soon dossier.overdue dossier.overdue-retracted dossier.escalated dossier.rescheduled
        explanation.required apology.required apology.withdrawn sla.passed
    """,
    "rating": """
        rating.submitted rating.counted rating.published feedback.submitted feedback.answered feedback.erased
        rating.passed
    """,
    "notify": """
        notification.sent notification.doubtful notification.failed notification.erased letter.issued notify.passed
    """,
}
"""What each service says, and nobody else in daily work."""

HEARS = {
    "intake": """
        intake.submitted clock.ticked dossier.suspended dossier.completed routing.passed agency.key
        applicant.erasure-requested applicant.erased
    """,
    "routing": """
        agency.reported clock.ticked dossier.received dossier.supplemented dossier.paid dossier.withdrawn intake.passed
        agency.key
    """,
    "sla": """
        clock.ticked calendar.changed calendar.retracted dossier.received dossier.withdrawn intake.passed
        dossier.transferred dossier.acknowledged dossier.step-completed dossier.suspended dossier.resumed
        dossier.completed consultation.requested consultation.answered delay.explained routing.passed
        feedback.submitted feedback.answered rating.passed agency.key
    """,
    "rating": """
        clock.ticked dossier.received intake.passed dossier.step-completed dossier.completed routing.passed
        dossier.rescheduled sla.passed rating.submitted feedback.submitted feedback.answered agency.key applicant.erased
    """,
    "notify": """
        clock.ticked notification.resend-requested dossier.received dossier.supplement-requested dossier.refused
        dossier.withdrawn intake.passed dossier.suspended dossier.completed routing.passed dossier.due-soon
        dossier.overdue-retracted dossier.escalated dossier.rescheduled explanation.required apology.required
        apology.withdrawn sla.passed agency.key applicant.erased
    """,
}
"""What each service follows from, and the public keys."""

ASKED = "notification.resend-requested applicant.erasure-requested"
"""What operators ask services for."""

OUTSIDE = "intake.submitted agency.reported clock.ticked calendar.changed calendar.retracted"
"""What is said by people and programs outside: portals, agencies, clocks, calendars. The simulator plays them."""

PUBLIC = "calendar.changed calendar.retracted rating.published agency.key"
"""What every agency reads."""

NOT_RELAYED = f"rating.submitted rating.counted rating.published {OUTSIDE} agency.key {ASKED}"
"""What the relay does not read, besides what only tells the time."""


def letters(name: str) -> str:
    return f"{name}.dead-letter"


def inbox(code: str) -> str:
    return f"agency.{code}.inbox"


EVENTS = {*" ".join((*SAYS.values(), OUTSIDE, f"agency.key {ASKED}")).split()}
TOPICS = sorted(EVENTS | {letters(name) for name in SERVICES} | {inbox(ONE), inbox(OTHER)})


def writes(who: str, topic: str) -> bool:
    """Who may write where, in words."""
    if who in SERVICES:
        return topic in {*SAYS[who].split(), letters(who)} or (who, topic) == ("intake", "intake.submitted")
    match who:
        case "relay":
            return topic.endswith(".inbox")
        case "operator":  # puts dead letters back where a service had read them, and notes what was done
            heard = {one for topics in HEARS.values() for one in topics.split()} - {"agency.key"}
            return topic in heard or topic.endswith(".dead-letter")
        case "simulator":  # plays citizens who rate, too
            return topic in {*OUTSIDE.split(), "rating.submitted"}
        case "root":
            return topic == "agency.key"
        case "auditor":
            return False
    return topic == "agency.reported"  # an agency


def reads(who: str, topic: str) -> bool:
    """Who may read what, in words."""
    if who in SERVICES:
        return topic in {*HEARS[who].split(), letters(who)}
    match who:
        case "relay":
            tells_time = topic.endswith(".passed")
            return topic in EVENTS - {*NOT_RELAYED.split()} and not tells_time
        case "operator":
            return topic in EVENTS or topic.endswith(".dead-letter")
        case "auditor" | "simulator":
            return topic in EVENTS
        case "root":
            return False
    return topic in PUBLIC.split() or topic == inbox(who.removeprefix("agency-"))


def joins(who: str, group: str) -> bool:
    """Whose groups are whose, in words."""
    return who == "operator" or group in {f"lienthong.{who}", f"{who}-desk"}


GROUPS = (
    *(f"lienthong.{name}" for name in (*SERVICES, "relay")),
    "auditor-desk",
    "simulator-desk",
    f"agency-{ONE}-desk",
    f"agency-{OTHER}-desk",
    "somebody",
)
