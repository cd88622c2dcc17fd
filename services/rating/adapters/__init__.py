"""Rating's outside world: the HTTP API that takes ratings and feedback in, and the figures made of them."""
