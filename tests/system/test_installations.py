"""What an installation holds: the wheels, not the checkout."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ("protocol", "agent", "coordinator")


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("wheels")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "--quiet",
        "--disable-pip-version-check",
        "--wheel-dir",
        str(folder),
    ]
    subprocess.run([*command, *(str(ROOT / part) for part in PARTS)], check=True)
    return {part: next(folder.glob(f"oversight_{part}-*.whl")) for part in PARTS}


def _files(wheel: Path) -> list[str]:
    return zipfile.ZipFile(wheel).namelist()


def _needs(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        metadata = next(name for name in archive.namelist() if name.endswith("/METADATA"))
        lines = archive.read(metadata).decode().splitlines()
    return [line.split()[1] for line in lines if line.startswith("Requires-Dist:")]


@pytest.mark.parametrize("part", PARTS)
def test_a_wheel_holds_its_own_package_and_no_other(wheels: dict[str, Path], part: str):
    tops = {name.split("/")[0] for name in _files(wheels[part])}

    assert {top for top in tops if not top.endswith(".dist-info")} == {f"oversight_{part}"}


def test_neither_side_needs_the_other(wheels: dict[str, Path]):
    assert not any("oversight-coordinator" in need for need in _needs(wheels["agent"]))
    assert not any("oversight-agent" in need for need in _needs(wheels["coordinator"]))
    assert any("oversight-protocol" in need for need in _needs(wheels["agent"]))


@pytest.mark.parametrize(
    ("part", "file"),
    [
        ("protocol", "oversight_protocol/specifications/1.0.json"),
        ("protocol", "oversight_protocol/schemas/release.schema.json"),
        ("protocol", "oversight_protocol/py.typed"),
        ("protocol", "oversight_protocol/studies/management_oversight_2026/study.toml"),
        ("protocol", "oversight_protocol/studies/management_oversight_2026/recording.sql"),
        ("coordinator", "oversight_coordinator/store/migrations/versions/0001_first.py"),
        ("coordinator", "oversight_coordinator/store/migrations/script.py.mako"),
        ("coordinator", "oversight_coordinator/report/templates/report.html.j2"),
    ],
)
def test_a_wheel_holds_the_data_that_it_reads(wheels: dict[str, Path], part: str, file: str):
    assert file in _files(wheels[part])


def test_an_agent_only_installation_has_no_coordinator_code(
    wheels: dict[str, Path], tmp_path: Path
):
    target = tmp_path / "agent-only"
    install = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--no-deps",
        "--no-index",
        "--quiet",
        "--disable-pip-version-check",
        "--target",
        str(target),
    ]
    subprocess.run([*install, str(wheels["protocol"]), str(wheels["agent"])], check=True)

    ours = {path.name for path in target.glob("oversight*") if "." not in path.name}
    mentions = [
        path
        for path in target.rglob("*.py")
        if "oversight_coordinator" in path.read_text(encoding="utf-8")
    ]

    assert ours == {"oversight_protocol", "oversight_agent"}
    assert mentions == []
