"""The receipt of a dossier (giấy tiếp nhận hồ sơ và hẹn trả kết quả, form 01): its route and its appointment date."""

from datetime import datetime

from contracts import claims, intake
from domain.procedures import Procedure, applicable
from domain.worktime import Clock, due_of, explain
from services.intake.rules import Rules
from services.intake.state import State


def receipt(
    state: State, application: claims.Application, procedure: Procedure, complete_at: datetime, rules: Rules
) -> intake.DossierReceived:
    """The receipt of a dossier that was complete at this moment.

    The route is pinned here: a later change of the catalogue changes no dossier under way.
    """
    unit = application.receiving_unit
    place = application.competent_agency or unit
    route = tuple(
        intake.RouteStep(
            id=step.id,
            agency=unit if step.role == "one-stop" else rules.directory.resolve(step.role, place),
            limit=str(step.limit),
            after=step.after,
        )
        for step in applicable(procedure.steps, application.attributes)
    )
    late_from = rules.rule_sets.on(complete_at).late_from
    competent = rules.directory.resolve(procedure.role, place)
    clock = Clock(rules.calendar.of(competent), complete_at, procedure.limit, late_from=late_from)
    return intake.DossierReceived(
        submission_id=state.submission,
        procedure=procedure.code,
        procedure_version=procedure.version,
        channel=application.channel,
        receiving_unit=unit,
        competent_agency=competent,
        applicant_ref=application.applicant_ref,
        language=application.language,
        fee=procedure.fee,
        limit=str(procedure.limit),
        appointment_date=due_of(clock),
        route=route,
        working_out=explain(clock),
        due_soon=str(procedure.due_soon) if procedure.due_soon else None,
    )


def historic_receipt(state: State, application: claims.Application) -> intake.DossierReceived:
    """The receipt of a dossier that was accepted elsewhere, long ago: it keeps its date and travels a free route."""
    return intake.DossierReceived(
        submission_id=state.submission,
        procedure=application.procedure,
        procedure_version=0,
        channel=application.channel,
        receiving_unit=application.receiving_unit,
        competent_agency=application.competent_agency or application.receiving_unit,
        language=application.language,
        limit="",
        appointment_date=application.historic_appointment or intake.NO_APPOINTMENT,
        appointed=application.historic_appointment is not None,
    )
