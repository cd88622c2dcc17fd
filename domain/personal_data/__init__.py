"""Personal data as the law sees it, pure: how long it is kept, and where free text holds some."""

from domain.personal_data.finding import Found, personal_data_in, personal_data_of
from domain.personal_data.retention import Retention, RetentionError, Retentions, load_retentions

__all__ = [
    "Found",
    "Retention",
    "RetentionError",
    "Retentions",
    "load_retentions",
    "personal_data_in",
    "personal_data_of",
]
