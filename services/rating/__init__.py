"""Rating (đánh giá mức độ hài lòng): what citizens think of how their dossiers were handled.

Owns: rating.submitted (as the edge that takes ratings in), rating.published.
Consumes: dossier.received, dossier.step-completed, dossier.completed, rating.submitted.
"""
