"""The agencies' kit of Liên Thông (bộ công cụ cho cơ quan): what an agency needs to report in its own name.

    async with Agency.from_folder("credentials") as agency:
        async for transfer in agency.transfers():
            await agency.report(transfer, TookCustody(step=transfer.data.step), officer="CB-0001")

The classes of claims are in `contracts.claims`.
"""

from lienthong_agency.agency import Agency as Agency
from lienthong_agency.answers import Answer as Answer
from lienthong_agency.credentials import Bus as Bus
from lienthong_agency.credentials import CredentialsError as CredentialsError
from lienthong_agency.sending import NotSentError as NotSentError
from lienthong_agency.signing import KeyFileError as KeyFileError
from lienthong_agency.signing import SigningKey as SigningKey
