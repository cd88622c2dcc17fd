"""SLA (theo dõi thời hạn giải quyết): watches the deadline of every dossier and of every step.

Owns: dossier.due-soon, overdue, overdue-retracted, escalated; explanation.required.
Consumes: dossier.received, transferred, acknowledged, step-completed, suspended, resumed, completed, withdrawn;
      clock.ticked.
"""
