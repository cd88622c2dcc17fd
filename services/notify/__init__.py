"""Notify (báo tin): tells the citizen what becomes of the dossier, and agencies of their deadlines.

sla decides which apology is owed; notify writes it, delivers it and keeps every letter of apology on record.

Owns: notification.sent, notification.doubtful, notification.failed, letter.issued.
Consumes: dossier.received, supplement-requested, refused, suspended, completed, withdrawn, overdue-retracted,
      rescheduled, due-soon, escalated, apology.required, apology.withdrawn, explanation.required,
      notification.resend-requested.
"""
