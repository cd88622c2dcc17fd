"""The outside world of notify: addresses, texts and carriers."""
