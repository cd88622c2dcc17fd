"""Seeds that once broke a law: each found what its line says, and is run ever since."""

ONCE_FAILED = {
    104: "an outcome that another outcome's effect led to was saved and, after a crash, never published",
}
