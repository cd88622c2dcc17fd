"""Intake (tiếp nhận và trả kết quả): takes dossiers in, gives receipts, tells what is missing, hands results over.

`events.OWNED` names the events that it owns, `fold.folds` those that it reads, each with its function.
"""
