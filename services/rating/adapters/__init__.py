"""The outside world of rating: the HTTP edge that takes ratings and feedback in, and the figures made of them."""
