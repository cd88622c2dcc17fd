"""Notify (báo tin): tells the citizen what becomes of the dossier, and keeps every letter of apology on record.

Owns: notification.sent, notification.failed, letter.issued.
Consumes: dossier.received, supplement-requested, refused, suspended, completed, withdrawn, overdue, overdue-retracted,
      rescheduled.
"""
