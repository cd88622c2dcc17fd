"""The personal fields of a request: each is refused, or brought into its one normal form before it is put away."""

from typing import Annotated

from pydantic import AfterValidator, Field

from chassis.runtime.http.person import MAX_ADDRESS, MAX_NAME, email_address, person_name, phone_number

Name = Annotated[str, Field(min_length=1, max_length=2 * MAX_NAME), AfterValidator(person_name)]
"""Họ và tên; decomposed letters take two characters before they are composed."""

Email = Annotated[str, Field(max_length=MAX_ADDRESS), AfterValidator(email_address)]
"""One mailbox."""

Phone = Annotated[str, Field(max_length=40), AfterValidator(phone_number)]
"""Kept as E.164."""
