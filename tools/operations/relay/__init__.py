"""The relay: copies to each agency's inbox what concerns it, so that nobody reads what concerns others."""
