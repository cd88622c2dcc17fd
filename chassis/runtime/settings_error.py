"""The error of a process whose surroundings are not usable."""


class SettingsError(ValueError):
    """The environment is not usable; says which variable and what to set."""
