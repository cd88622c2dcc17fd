"""Notify (báo tin): tells the citizen what becomes of the dossier, and agencies of their deadlines.

It keeps every letter of apology on record.

Owns: notification.sent, notification.doubtful, notification.failed, letter.issued.
Consumes: dossier.received, supplement-requested, refused, suspended, completed, withdrawn, overdue, overdue-retracted,
      rescheduled, due-soon, escalated, explanation.required, notification.resend-requested.
"""
