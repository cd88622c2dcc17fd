"""Intake (tiếp nhận và trả kết quả): takes dossiers in, gives receipts, tells what is missing, hands results over.

Owns: dossier.received, supplement-requested, supplemented, paid, refused, withdrawn, delivered; submission.rejected.
Consumes: intake.submitted; dossier.suspended, dossier.completed.
"""
