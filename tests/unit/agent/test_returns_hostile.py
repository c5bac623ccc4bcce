"""A hostile return is refused with its line and none of its content, at once and in little memory.

Each file is read in a process of its own, which tells its largest size.
"""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from itertools import repeat
from pathlib import Path
from typing import BinaryIO

import pytest

from oversight_agent.sources import SourceLimits
from oversight_protocol.errors import InputError
from support.returns import PERSON, child, cin_census, details, raw_of, worker, workforce_census

MIB = 1024 * 1024
SECONDS = 30
EXTRA_MIB = 60
"""Memory beyond that of a process that reads an honest return."""

CIN = '[[returns]]\nkind = "cin-census"\nfile = "x.xml"\n'
ANNEX = '[[returns]]\nkind = "annex-a"\nfile = "x.xlsx"\n'
HEAD = b'<?xml version="1.0"?>\n<Message><Children><Child>\n'
DETAILS = b"<CINdetails><CINreferralDate>2025-01-01</CINreferralDate>"
TAIL = b"</Child></Children></Message>"

PROGRAM = """
import json, resource, sys
from pathlib import Path
from oversight_protocol.errors import InputError
from support.returns import raw_of
folder, text, table = sys.argv[1:]
try:
    said = len(raw_of(Path(folder), text, table).frame)
except InputError as error:
    said = str(error)
print(json.dumps([said, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024]))
"""

Write = Callable[[BinaryIO], None]


def read_apart(folder: Path, text: str, table: str) -> tuple[str | int, int]:
    """What is said of a return, or its number of rows; and the memory in MiB."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder), text, table],
        capture_output=True, text=True, timeout=SECONDS, check=True,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    said, memory = json.loads(done.stdout)
    return said, memory


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> int:
    """The memory in MiB in which an honest return is read."""
    folder = tmp_path_factory.mktemp("honest")
    text = cin_census(2026, child(2026, "a1", details(2026, "2025-05-01")))
    (folder / "x.xml").write_text(text, encoding="utf-8")
    said, memory = read_apart(folder, CIN, "episode")
    assert said == 1
    return memory


def laughs(file: BinaryIO) -> None:
    file.write(b'<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY l0 "lol">\n')
    file.writelines(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">\n'.encode() for n in range(1, 30))
    file.write(b"]><Message>&l29;</Message>")


def blown_up(file: BinaryIO) -> None:
    file.write(b'<!DOCTYPE a [<!ENTITY e "' + b"x" * 50_000 + b'">]><Message>' + b"&e;" * 100_000)


def outside(file: BinaryIO) -> None:
    file.write(b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]><Message>&e;</Message>')


def fetched(file: BinaryIO) -> None:
    file.write(b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><Message/>')


def parameters(file: BinaryIO) -> None:
    file.write(b'<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;]><Message/>')


def deep(file: BinaryIO) -> None:
    file.write(b"<Message>" + b"<a>" * 5_000_000)


def long_text(file: BinaryIO) -> None:
    file.write(HEAD + b"<Note>")
    file.writelines(repeat(b"Ottoline " * 1024 * 128, 200))


def long_blanks(file: BinaryIO) -> None:
    file.write(HEAD)
    file.writelines(repeat(b" \n" * 512 * 1024, 200))


def long_value(file: BinaryIO) -> None:
    file.write(HEAD + b"<ChildIdentifiers><LAchildID>")
    file.writelines(repeat(b"9" * MIB, 200))


def long_attribute(file: BinaryIO) -> None:
    file.write(b'<Message a="')
    file.writelines(repeat(b"a" * MIB, 300))


def long_name(file: BinaryIO) -> None:
    file.write(b"<")
    file.writelines(repeat(b"a" * MIB, 300))


def long_comment(file: BinaryIO) -> None:
    file.write(HEAD + b"<!--")
    file.writelines(repeat(b"a" * MIB, 300))


def long_instruction(file: BinaryIO) -> None:
    file.write(HEAD + b"<?a ")
    file.writelines(repeat(b"a" * MIB, 300))


def many_names(file: BinaryIO) -> None:
    file.write(HEAD)
    file.writelines(b"<n%d/>" % n for n in range(3_000_000))


def many_attributes(file: BinaryIO) -> None:
    file.write(HEAD)
    names = (b" ".join(b'n%d=""' % n for n in range(at, at + 100)) for at in range(0, 10**6, 100))
    file.writelines(b"<a " + each + b"/>" for each in names)


def endless_record(file: BinaryIO) -> None:
    file.write(HEAD + DETAILS)
    file.writelines(repeat(b"<CINPlanDates/>" * 10_000, 200))


def nothing(file: BinaryIO) -> None:
    file.truncate(400 * MIB)


def too_many_bytes(file: BinaryIO) -> None:
    file.truncate(600 * MIB)


REFUSED: dict[str, tuple[Write, str]] = {
    "billion laughs": (laughs, "declares a document type or entities"),
    "quadratic blow-up": (blown_up, "declares a document type or entities"),
    "an entity outside": (outside, "declares a document type or entities"),
    "a document type outside": (fetched, "declares a document type or entities"),
    "a parameter entity": (parameters, "declares a document type or entities"),
    "deep nesting": (deep, "elements stand too deep"),
    "a huge text": (long_text, "a text is far too long"),
    "huge blanks": (long_blanks, "a text is far too long"),
    "a huge value": (long_value, "a value is far too long"),
    "a huge attribute": (long_attribute, "a tag or comment has no end"),
    "a huge name": (long_name, "a tag or comment has no end"),
    "a huge comment": (long_comment, "a tag or comment has no end"),
    "a huge instruction": (long_instruction, "a tag or comment has no end"),
    "endless names": (many_names, "too many different elements"),
    "endless attributes": (many_attributes, "too many different elements"),
    "an endless record": (endless_record, "a record holds far too much"),
    "null bytes": (nothing, "cut off, damaged or in another encoding"),
    "too many bytes": (too_many_bytes, "the file is too large"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_hostile_xml_is_refused_in_little_memory(tmp_path: Path, honest: int, kind: str) -> None:
    write, expected = REFUSED[kind]
    with (tmp_path / "x.xml").open("wb") as file:
        write(file)

    said, memory = read_apart(tmp_path, CIN, "episode")

    (tmp_path / "x.xml").unlink()
    assert expected in str(said)
    assert PERSON not in str(said)
    assert "What to do" in str(said)
    assert memory < honest + EXTRA_MIB


def test_a_long_return_is_read_in_little_memory(tmp_path: Path, honest: int) -> None:
    other = b"<ChildCharacteristics><Ethnicity>WBRI</Ethnicity></ChildCharacteristics>" * 20
    with (tmp_path / "x.xml").open("wb") as file:
        file.write(HEAD[: -len(b"<Child>\n")])
        file.writelines(repeat(b"<Child>" + other + b"</Child>\n", 16_000))
        file.write(b"<Child>" + DETAILS + b"</CINdetails>" + TAIL)

    said, memory = read_apart(tmp_path, CIN, "episode")

    assert said == 1
    assert memory < honest + EXTRA_MIB


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        (SourceLimits(rows=2), "too many rows"),
        (SourceLimits(cells=50), "too many elements"),
        (SourceLimits(bytes=100), "too large"),
    ],
)
def test_counts_beyond_reason_are_refused(
    tmp_path: Path, limits: SourceLimits, expected: str
) -> None:
    children = [child(2026, f"a{n}", details(2026, "2025-05-01")) for n in range(3)]
    (tmp_path / "x.xml").write_text(cin_census(2026, *children), encoding="utf-8")

    with pytest.raises(InputError, match=expected):
        raw_of(tmp_path, CIN, "episode", limits)


@pytest.mark.parametrize(
    ("declared", "used"),
    [("utf-8", "cp1252"), ("utf-16", "utf-8"), ("utf-7", "utf-8"), ("no-such", "utf-8"),
     ("shift_jis", "utf-8"), ("base64", "utf-8"), ("idna", "utf-8")],
)  # fmt: skip
def test_a_return_in_another_encoding_than_it_says_is_refused(
    tmp_path: Path, declared: str, used: str
) -> None:
    text = workforce_census(2024, worker("SW1", QualInst="Café"))
    text = text.replace('encoding="utf-8"', f'encoding="{declared}"')
    (tmp_path / "x.xml").write_bytes(text.encode(used))
    workforce = CIN.replace("cin-census", "workforce-census")

    with pytest.raises(InputError, match="in another encoding than it says"):
        raw_of(tmp_path, workforce, "worker")


@pytest.mark.parametrize("data", [b"", b"\n", b"PK\x03\x04", b"a;b\n1;2\n", b"<html></p></html>"])
def test_what_is_no_xml_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.xml").write_bytes(data)

    with pytest.raises(InputError, match="cut off, damaged"):
        raw_of(tmp_path, CIN, "episode")


def test_a_zip_bomb_with_the_name_of_a_workbook_is_refused_in_little_memory(
    tmp_path: Path, honest: int
) -> None:
    with zipfile.ZipFile(tmp_path / "x.xlsx", "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        with package.open("xl/workbook.xml", "w") as part:
            for _ in range(520):
                part.write(b" " * MIB)

    said, memory = read_apart(tmp_path, ANNEX, "episode")

    assert "x.xlsx" in str(said)
    assert memory < honest + EXTRA_MIB
