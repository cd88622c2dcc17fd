"""SLA (theo dõi thời hạn giải quyết): watches the deadline of every dossier, step, consultation and complaint.

`events.OWNED` names the events that it owns, `fold.folds` those that it reads, each with its function.
"""
