"""Rating (đánh giá mức độ hài lòng): what citizens think of how they were served, in points and in words.

`events.OWNED` names the events that it owns, `fold.folds` those that it reads, each with its function.
"""
