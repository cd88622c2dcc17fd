"""The outside world of notify: whom to reach, what to write, how to send it."""
