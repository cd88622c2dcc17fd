"""Rating (đánh giá mức độ hài lòng): what citizens think of how they were served, in points and in words.

Owns: rating.submitted, feedback.submitted, feedback.answered (which its HTTP API takes in); rating.counted,
      rating.published.
Consumes: dossier.received, dossier.step-completed, dossier.completed, rating.submitted, feedback.submitted,
      feedback.answered; dossier.rescheduled.
"""
