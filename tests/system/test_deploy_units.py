"""The systemd units: sound, tight, true to the runbooks, and wide enough for what they start.

systemd is not started here. What the units let a process call is applied by `support.under_unit`;
namespaces, mounts and control groups stay systemd's own affair.
"""

from __future__ import annotations

import re
import shlex
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import typer.main

from oversight_agent import config as agent_config
from oversight_agent.cli import app as agent_app
from oversight_coordinator import config as coordinator_config
from oversight_coordinator.cli import app as coordinator_app
from oversight_protocol.exchange import Reply
from support import deployment, under_unit
from support.deployment import Deployment
from support.quarters import QUARTERS
from support.requests import Asker, Home, real_time, released
from support.under_unit import settings

ROOT = Path(__file__).parents[2]
UNITS = ROOT / "deploy" / "systemd"
AGENT, COORDINATOR = UNITS / "oversight-agent.service", UNITS / "oversight-coordinator.service"
BOTH = pytest.mark.parametrize("unit", [AGENT, COORDINATOR], ids=lambda unit: unit.stem)
DROP_INS = {
    "restart-backoff.conf": (AGENT, COORDINATOR),
    "agent-network.conf": (AGENT,),
    "coordinator-network.conf": (COORDINATOR,),
    "coordinator-certificate.conf": (COORDINATOR,),
}
OF_A_LATER_SYSTEMD = {"RestartSteps", "RestartMaxDelaySec"}
"""Since 254; an older one says that it ignores them."""
PROGRAMS = {
    "oversight": typer.main.get_command(coordinator_app),
    "oversight-agent": typer.main.get_command(agent_app),
}
MOST_EXPOSURE = 2.0
INTERPRETER_OF_A_WRAPPER = '#!/bin/sh\nexec {python} {script} {unit} {program} "$@"\n'

pytestmark = pytest.mark.system
with_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None,
    reason="systemd-analyze is not installed (apt-get install systemd)",
)


def service(unit: Path) -> dict[str, list[str]]:
    return settings(unit)


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", "--no-pager", *arguments],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A machine's root folder with the units, systemd's own, and programs that do nothing."""
    folder = tmp_path / "root"
    shutil.copytree("/usr/lib/systemd/system", folder / "usr/lib/systemd/system", symlinks=True)
    placed = folder / "etc/systemd/system"
    placed.mkdir(parents=True)
    for unit in (AGENT, COORDINATOR):
        shutil.copy(unit, placed)
        program = folder / service(unit)["ExecStart"][0].split()[0].lstrip("/")
        program.parent.mkdir(parents=True)
        program.write_text("#!/bin/sh\n", encoding="ascii")
        program.chmod(0o755)
    return folder


# ---------------------------------------------------------------------- sound and tight


@with_systemd
@BOTH
def test_systemd_finds_nothing_wrong_with_a_unit(unit: Path, root: Path) -> None:
    said = analyze("verify", f"--root={root}", "--man=no", unit.name)

    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")


@with_systemd
def test_systemd_does_look_at_the_program_and_the_settings(root: Path) -> None:
    placed = root / "etc/systemd/system" / AGENT.name
    text = placed.read_text(encoding="utf-8")
    text = text.replace("NoNewPrivileges=", "NoNewPrivilege=")
    placed.write_text(text.replace("bin/oversight-agent run", "bin/missing run"), encoding="utf-8")

    said = analyze("verify", f"--root={root}", "--man=no", AGENT.name).stderr

    assert re.search("Unknown key.*'NoNewPrivilege'", said)
    assert "bin/missing is not executable" in said


@with_systemd
@BOTH
def test_a_unit_exposes_little(unit: Path) -> None:
    most = f"--threshold={MOST_EXPOSURE * 10:.0f}"

    said = analyze("security", "--offline=true", most, str(unit))

    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", said.stdout)
    assert found is not None, said.stderr
    assert float(found[1]) <= MOST_EXPOSURE
    assert said.returncode == 0


@with_systemd
@pytest.mark.parametrize(
    ("name", "unit"), [(name, unit) for name, units in DROP_INS.items() for unit in units]
)
def test_a_drop_in_is_as_sound_as_its_unit(name: str, unit: Path, root: Path) -> None:
    folder = root / "etc/systemd/system" / f"{unit.name}.d"
    folder.mkdir()
    shutil.copy(UNITS / "drop-ins" / name, folder)

    said = analyze("verify", f"--root={root}", "--man=no", unit.name)

    lines = said.stderr.splitlines()
    ignored = {line for line in lines if any(name in line for name in OF_A_LATER_SYSTEMD)}
    assert set(lines) == {line for line in ignored if "Unknown key" in line}
    assert said.returncode == 0


def test_every_drop_in_is_verified() -> None:
    assert {path.name for path in (UNITS / "drop-ins").iterdir()} == set(DROP_INS)


# ---------------------------------------------------------------------- true to what is installed


def files_with_commands() -> list[Path]:
    return [AGENT, COORDINATOR, ROOT / "deploy/README.md", ROOT / "docs/runbooks/agent.md"]


def commands(text: str) -> Iterator[list[str]]:
    """Commands of ours by their full path, or by the runbook's short form `agent …`."""
    text = text.replace("\\\n", " ").replace("…", "x")
    pattern = r"/opt/oversight/(?:agent|coordinator)/bin/(oversight(?:-agent)? [a-z][^\n#`]+)"
    for line in re.findall(pattern, text):
        yield shlex.split(line)
    for line in re.findall(r"(?:^|`)agent ([a-z][^\n`]*)", text, re.MULTILINE):
        yield ["oversight-agent", *shlex.split(line)]


CALLED = [
    pytest.param(words, id=f"{path.name}: {' '.join(words)[:50]}")
    for path in files_with_commands()
    for words in commands(path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("words", CALLED)
def test_a_command_that_is_called_by_its_path_exists_with_its_options(words: list[str]) -> None:
    command: click.Command = PROGRAMS[words[0]]
    rest = words[1:]
    while isinstance(command, click.Group):
        command = command.commands[rest.pop(0)]
    known = {name for parameter in command.params for name in parameter.opts}

    assert {word for word in rest if word.startswith("--")} <= known


def test_the_runbook_does_hold_commands() -> None:
    names = {tuple(param.values[0][:2]) for param in CALLED}

    for command in ("init", "check", "enrol", "doctor", "status", "run", "study", "release"):
        assert ("oversight-agent", command) in names


def test_both_units_call_a_command() -> None:
    assert [next(commands(unit.read_text("utf-8"))) for unit in (AGENT, COORDINATOR)] == [
        ["oversight-agent", "run"], ["oversight", "serve"],
    ]  # fmt: skip


@BOTH
def test_the_environment_of_a_unit_is_one_that_its_program_knows(unit: Path) -> None:
    given = dict(word.split("=", 1) for line in service(unit)["Environment"]
                 for word in line.split())  # fmt: skip
    home = {AGENT: agent_config.HOME_VARIABLE, COORDINATOR: coordinator_config.HOME_VARIABLE}[unit]

    state = f"%S/{service(unit)['StateDirectory'][0]}"
    assert given[home] == state
    assert given["FLWR_HOME"].startswith(state)
    assert (given["FLWR_TELEMETRY_ENABLED"], given["FLWR_DISABLE_UPDATE_CHECK"]) == ("0", "1")
    assert given["PATH"].split(":")[0] == str(Path(service(unit)["ExecStart"][0].split()[0]).parent)


@BOTH
def test_the_account_of_a_unit_is_one_that_the_installation_makes(unit: Path) -> None:
    made = (ROOT / "deploy/sysusers.d" / f"{unit.stem}.conf").read_text(encoding="utf-8")

    assert re.search(rf"^u {service(unit)['User'][0]} - ", made, re.MULTILINE)


def test_the_ports_that_the_unit_opens_are_those_that_init_proposes() -> None:
    defaults = coordinator_config.Settings.model_fields

    assert service(COORDINATOR)["SocketBindAllow"] == [
        f"tcp:{defaults[name].default}" for name in ("gateway_port", "superlink_port")
    ]


def test_what_the_unit_keeps_the_agent_from_writing_is_what_init_and_enrol_write(
    tmp_path: Path,
) -> None:
    home = Home.make(tmp_path / "home").folder
    protected = [path.removeprefix("-%S/oversight-agent/")
                 for line in service(AGENT)["ReadOnlyPaths"] for path in line.split()]  # fmt: skip

    pinned_at_enrolment = {"trust/ca.pem", "trust/root.json"}
    assert all((home / path).exists() for path in set(protected) - pinned_at_enrolment)
    assert pinned_at_enrolment <= set(protected)
    assert {"keys", "agent.toml"} <= set(protected)


@pytest.mark.parametrize("document", ["deploy/README.md", "docs/runbooks/agent.md"])
def test_the_documents_name_the_places_of_the_unit(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")

    for folder in ("/opt/oversight/agent", "/etc/oversight-agent", "/var/lib/oversight-agent"):
        assert folder in text
    for path in re.findall(r"deploy/[\w./-]+\.(?:service|conf)", text):
        assert (ROOT / path).is_file(), path


# ---------------------------------------------------------------------- wide enough

needs_filters = pytest.mark.skipif(
    not under_unit.is_possible(),
    reason="system call filters need Linux, systemd-analyze and libseccomp (apt-get install "
    "systemd)",
)


def under(unit: Path, *command: str) -> list[str]:
    return [sys.executable, under_unit.__file__, str(unit), *command]


@needs_filters
def test_the_filter_does_forbid_what_the_unit_says(tmp_path: Path) -> None:
    script = tmp_path / "try.py"
    script.write_text(
        "import mmap, os, socket\n"
        "for name, call in (('chroot', lambda: os.chroot('/')), ('nice', lambda: os.nice(1)),\n"
        "                   ('netlink', lambda: socket.socket(socket.AF_NETLINK, 3)),\n"
        "                   ('code', lambda: mmap.mmap(-1, 4096, prot=7)),\n"
        "                   ('inet', lambda: socket.socket())):\n"
        "    try:\n        call()\n        print(name, 'allowed')\n"
        "    except PermissionError:\n        print(name, 'forbidden')\n",
        encoding="utf-8",
    )

    done = subprocess.run(
        under(AGENT, sys.executable, str(script)),
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip

    assert done.stdout.split() == [
        "chroot", "forbidden", "nice", "forbidden", "netlink", "forbidden", "code", "forbidden",
        "inet", "allowed",
    ]  # fmt: skip


@needs_filters
def test_an_agent_checks_and_answers_under_its_unit(tmp_path: Path) -> None:
    home, asker = Home.make(tmp_path / "home"), Asker(real_time)
    request = tmp_path / "request.json"
    request.write_bytes(asker.ask(asker.study()))
    program = str(Path(sys.executable).with_name("oversight-agent"))

    done = [
        subprocess.run(
            under(AGENT, program, *words, "--home", str(home.folder)),
            capture_output=True, text=True, check=False, timeout=120,
        )
        for words in (["check"], ["answer", str(request)])
    ]  # fmt: skip

    assert [one.returncode for one in done] == [0, 0], done
    tables = released(Reply.parse(done[1].stdout.strip().encode())).tables
    assert {table.status for table in tables} == {"released"}
    assert stat.S_IMODE((home.folder / "ledger.jsonl").stat().st_mode) == 0o600


@needs_filters
@pytest.mark.xdist_group("durability")
def test_a_question_is_answered_with_all_parts_under_their_units(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, unit in (("oversight", COORDINATOR), ("oversight-agent", AGENT)):
        (programs / name).write_text(INTERPRETER_OF_A_WRAPPER.format(
            python=sys.executable, script=under_unit.__file__, unit=unit,
            program=Path(sys.executable).with_name(name),
        ), encoding="utf-8")  # fmt: skip
        (programs / name).chmod(0o755)
    monkeypatch.setattr(deployment, "BIN", programs)
    deployed = Deployment(tmp_path / "deployment")

    try:
        deployed.start()
        pooled = deployed.finish(deployed.ask(QUARTERS[0].wave))
    finally:
        deployed.stop()

    assert b",2,2,2," in pooled
