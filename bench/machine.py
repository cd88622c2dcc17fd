"""The machine and the versions that a benchmark ran on. No host name, no path."""

import os
import platform
import re
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

from deploy.embedded import kafka, store

LIBRARIES = ("aiokafka", "faststream", "motor", "pymongo", "pydantic", "quixstreams", "confluent-kafka", "rocksdict")


def machine() -> dict[str, str]:
    """Processor, memory, kernel, and how busy it was with other things before the first measure."""
    text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return {
        "processor": f"{os.cpu_count()} × {model[1] if model else platform.machine()}",
        "memory": f"{psutil.virtual_memory().total / 1e9:.0f} GB",
        "kernel": f"{platform.system()} {platform.release()}",
        "load before": f"{os.getloadavg()[0]:.2f}",
    }


def versions() -> dict[str, str]:
    """Of everything that has a share in the figures."""
    return {
        "python": platform.python_version(),
        "lienthong": version("lienthong"),
        "kafka": kafka.version(),
        "java": _java(),
        "store": store_server(),
        **{name: _library(name) for name in LIBRARIES},
    }


def _library(name: str) -> str:
    """A library that only a contender needs is not there where that contender is not measured."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def store_server() -> str:
    """The store's program, with its version."""
    program = store.program()
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    number = re.search(r"\d[\w.+-]*", told.stdout + told.stderr)
    return f"{Path(program).name} {number[0] if number else 'of unknown version'}"


def _java() -> str:
    told = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False).stderr  # noqa: S607
    found = re.search(r'version "([^"]+)"', told)
    return found[1] if found else "unknown"
