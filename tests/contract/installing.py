"""Distributions, installed as somebody else would: the committed files, into an environment that holds nothing."""

import subprocess
import sys


def copied(folder, place):
    """A folder as it is committed: a build writes into the folder that it builds."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=folder, capture_output=True, check=True).stdout
    for name in filter(None, listed.decode().split("\0")):
        target = place / folder.name / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((folder / name).read_bytes())
    return place / folder.name


def pip(python, *words):
    """Run this environment's pip on another one, which has none."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def run(python, program):
    """Run a program there, as if nothing of this folder existed; what it prints."""
    done = subprocess.run([python, "-I", "-c", program], cwd="/", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
