"""SLA (theo dõi thời hạn giải quyết): watches the deadline of every dossier, step, consultation and complaint.

Owns: dossier.due-soon, overdue, overdue-retracted, escalated, rescheduled; explanation.required.
Consumes: dossier.received, transferred, acknowledged, step-completed, suspended, resumed, completed, withdrawn;
      consultation.requested, answered; delay.explained; feedback.submitted, answered; calendar.changed, retracted.
"""
