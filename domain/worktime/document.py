from collections.abc import Hashable
from pathlib import Path
from reprlib import Repr
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from domain.worktime.errors import DataError

Model = TypeVar("Model", bound=BaseModel)

_SHORT = Repr()
_SHORT.maxstring = _SHORT.maxother = 100
_REMEDIES = {
    "extra_forbidden": "remove the key or correct its spelling",
    "missing": "add the key",
    "string_type": "write it as text, in quotes if it looks like a number",
}


def read_document(path: Path, model: type[Model], error: type[DataError]) -> Model:
    """Read one YAML file as the given model.

    Args:
        path: the file, UTF-8.
        model: what the whole file must be.
        error: the kind of error to raise.

    Raises:
        DataError: of the given kind, when the file is missing, is no YAML, gives a key twice or does not fit the model.
    """
    try:
        return model.model_validate(_read(path, error))
    except ValidationError as mismatch:
        raise _explain(path, mismatch, error) from mismatch


def _read(path: Path, error: type[DataError]) -> Any:
    try:
        loader = _UniqueKeyLoader(path.read_bytes())
        return loader.get_single_data()
    except OSError as absent:
        raise error(
            path.name, "file", f"cannot be read ({absent.strerror})", "check the path and its rights"
        ) from absent
    except yaml.YAMLError as broken:
        place, problem = _place_and_problem(broken)
        raise error(path.name, place, problem, "correct the YAML at this place") from broken
    except RecursionError as deep:
        raise error(path.name, "file", "is nested too deeply", "take the brackets out") from deep


def _place_and_problem(broken: yaml.YAMLError) -> tuple[str, str]:
    mark = getattr(broken, "problem_mark", None)
    place = f"line {mark.line + 1}" if mark else "file"
    return place, str(getattr(broken, "problem", None) or broken)


def _explain(path: Path, mismatch: ValidationError, error: type[DataError]) -> DataError:
    first = mismatch.errors()[0]
    place = ".".join(str(part) for part in first["loc"]) or "file"
    problem = first["msg"].removeprefix("Value error, ")
    remedy = _REMEDIES.get(first["type"], f"found {_SHORT.repr(first['input'])}: correct it")
    return error(path.name, place, problem, remedy)


class _UniqueKeyLoader(yaml.SafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if str(key.value) in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key {key.value} is given twice", key.start_mark)
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except ValueError as impossible:  # such as 30 February
            raise yaml.constructor.ConstructorError(None, None, str(impossible), node.start_mark) from impossible
