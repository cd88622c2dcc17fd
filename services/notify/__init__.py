"""Notify (báo tin): tells the citizen what becomes of the dossier, and agencies of their deadlines.

sla decides which apology is owed; notify writes it, delivers it and keeps every letter of apology on record.

`events.OWNED` names the events that it owns, `fold.folds` those that it reads, each with its function.
"""
