"""Write the JSON Schema files anew: `python tests/support/write_schemas.py`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from oversight_protocol.schema_export import schemas

FOLDER = Path(__file__).parents[2] / "protocol" / "oversight_protocol" / "schemas"


def file_text(schema: dict[str, Any]) -> str:
    """A schema as its file holds it."""
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> None:
    """Write every schema to its file."""
    for name, schema in schemas().items():
        (FOLDER / f"{name}.schema.json").write_text(file_text(schema), encoding="utf-8")


if __name__ == "__main__":
    main()
