"""The JSON Schemas of what outsiders read, made from the models and shipped under `schemas/`.

Rules kept here:

1. The models are the only source. A test compares the files with what `schemas` gives.
2. A schema's `$id` names the version of the wire format.
3. A schema says what a document's form is. What makes it valid beyond that (signatures, floors, an
   answer that fits its ticket) is code: `trust`, `policy`, `release`, `ledger`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from oversight_protocol import PROTOCOL_VERSION
from oversight_protocol.coverage import Coverage
from oversight_protocol.envelope import EnvelopeForm
from oversight_protocol.ledger import LedgerLine
from oversight_protocol.model import Document
from oversight_protocol.protected_tables import ProtectedTables
from oversight_protocol.release import Receipt, Refusal, Release, Ticket
from oversight_protocol.study import Study
from oversight_protocol.true_counts import TrueCounts

_DIALECT = "https://json-schema.org/draft/2020-12/schema"

DOCUMENTS: MappingProxyType[str, tuple[type[Document], str]] = MappingProxyType(
    {
        "study": (Study, "Study"),
        "ticket": (Ticket, "Ticket"),
        "release": (Release, "Release"),
        "refusal": (Refusal, "Refusal"),
        "receipt": (Receipt, "Receipt"),
        "coverage": (Coverage, "Coverage"),
        "ledger-entry": (LedgerLine, "Ledger entry"),
        "envelope": (EnvelopeForm, "Envelope"),
        "true-counts": (TrueCounts, "True counts"),
        "protected-tables": (ProtectedTables, "Protected tables"),
    }
)
"""The documents with a schema: by name, the model and the schema's title."""


def schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schema (draft 2020-12) of each document, by its name in `DOCUMENTS`."""
    return {name: _schema(name, model, title) for name, (model, title) in DOCUMENTS.items()}


def _schema(name: str, model: type[Document], title: str) -> dict[str, Any]:
    head = {
        "$schema": _DIALECT,
        "$id": f"urn:federated-oversight:protocol:{PROTOCOL_VERSION}:{name}",
        "title": title,
    }
    return {**model.model_json_schema(), **head}
