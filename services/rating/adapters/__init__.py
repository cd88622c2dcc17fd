"""The outside world of rating: the HTTP edge that takes ratings in, and the figures made of them."""
