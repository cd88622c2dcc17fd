"""The stack without Docker: Apache Kafka and one document store per service, as processes of this machine."""

from deploy.embedded.endpoints import SERVICES, Endpoints, StackError, read_endpoints
from deploy.embedded.ports import Ports
from deploy.embedded.stack import ServerStatus, Stack

__all__ = ["SERVICES", "Endpoints", "Ports", "ServerStatus", "Stack", "StackError", "read_endpoints"]
