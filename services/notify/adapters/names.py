"""Names for codes, in the language of a letter; where there is no name, the code itself."""

from domain.procedures import Catalogue, Directory
from domain.worktime import Text
from services.notify.state import Language


def in_language(text: Text, language: Language) -> str:
    """One text in one language."""
    return text.vi if language == "vi" else text.en


class Names:
    """The names that directory and catalogue give to agencies, procedures, components and steps."""

    def __init__(self, directory: Directory, catalogue: Catalogue) -> None:
        self._directory = directory
        self._catalogue = catalogue

    def agency(self, code: str, language: Language) -> str:
        """An agency, or a unit of one."""
        agency = self._directory.agencies.get(code)
        return in_language(agency.name, language) if agency else code

    def superior(self, code: str, language: Language) -> str:
        """The agency above; empty for the highest, and for one that is not known."""
        agency = self._directory.agencies.get(code)
        return self.agency(agency.reports_to, language) if agency and agency.reports_to else ""

    def procedure(self, code: str, language: Language) -> str:
        """A procedure (thủ tục)."""
        procedure = self._catalogue.get(code)
        return in_language(procedure.name, language) if procedure else code

    def item(self, procedure_code: str, item: str, language: Language) -> str:
        """A component that a dossier needs (thành phần hồ sơ)."""
        procedure = self._catalogue.get(procedure_code)
        names = {known.id: in_language(known.name, language) for known in procedure.checklist} if procedure else {}
        return names.get(item, item)

    def step(self, procedure_code: str, step: str, language: Language) -> str:
        """A step of a procedure (khâu)."""
        procedure = self._catalogue.get(procedure_code)
        names = {known.id: in_language(known.name, language) for known in procedure.steps} if procedure else {}
        return names.get(step, step)
