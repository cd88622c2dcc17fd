"""Seeds that once broke a law: each found what its line says, and is run ever since."""

ONCE_FAILED = {
    104: "an outcome that another outcome's effect led to was saved and, after a crash, never published",
}

OPEN = {
    1292: "an outcome saved after another process committed its batch, by one that then dies, never reaches the bus",
}
"""Seeds that break a law today, and what they show. Whoever mends it moves its line up."""
