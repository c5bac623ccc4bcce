"""`oversight init`, `serve`, `key new` and `ledger verify`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from oversight_coordinator.cli.common import HomeOption, JsonOption, say, say_json, settings, store

_LONGEST_HOST = 64
"""Of a certificate's common name (RFC 5280, upper bounds)."""


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("init")(init)
    app.command("serve")(serve)
    key = typer.Typer(no_args_is_help=True, help="Keys of people and services.")
    key.command("new")(key_new)
    app.add_typer(key, name="key")
    ledger = typer.Typer(no_args_is_help=True, help="The tamper-evident record.")
    ledger.command("verify")(ledger_verify)
    app.add_typer(ledger, name="ledger")


def init(
    home: Annotated[Path, typer.Argument(help="The folder to make.")],
    gateway_url: Annotated[
        str, typer.Option(help="The address by which agents reach the gateway.")
    ] = "https://127.0.0.1:8443",
    gateway_host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    gateway_port: Annotated[
        int, typer.Option(help="The port to listen on.", min=1, max=65535)
    ] = 8443,
    superlink_port: Annotated[
        int, typer.Option(help="A port on loopback for Flower.", min=1, max=65535)
    ] = 9091,
) -> None:
    """Make a coordinator's folder: settings, service key, TLS certificate.

    Example: oversight init kent --gateway-url https://oversight.kent.example:8443
    """
    import json

    from oversight_coordinator import files, keys, tls
    from oversight_protocol.errors import InputError

    if (home / "coordinator.toml").exists():
        raise InputError(
            "a coordinator is here already",
            where=str(home),
            advice="choose another folder; nothing was changed",
        )
    made = tls.make(list(dict.fromkeys([_host(gateway_url), "127.0.0.1", "localhost"])), days=3650)
    files.write(home / "tls" / "ca.pem", made.ca)
    files.write(home / "tls" / "gateway.pem", made.certificate)
    files.write(home / "tls" / "gateway.key", made.key, private=True)
    keys.make(home / "keys" / "service", "coordinator service", "Kent Analytics")
    (home / "logs").mkdir(exist_ok=True)
    # JSON's strings are strings of TOML.
    files.write(home / "coordinator.toml", (
        f"gateway_url = {json.dumps(gateway_url)}\ngateway_host = {json.dumps(gateway_host)}\n"
        f"gateway_port = {gateway_port}\nsuperlink_port = {superlink_port}\n"
    ).encode())  # fmt: skip
    say(f"Made the coordinator's folder {home}.")
    say(
        "Next: make the programme's keys ('oversight key new') and its files of trust "
        "('oversight trust root', 'oversight trust roles', 'oversight trust roster')."
    )


def _host(gateway_url: str) -> str:
    from urllib.parse import urlsplit

    from oversight_protocol.errors import InputError

    try:
        address = urlsplit(gateway_url)
        host, _ = address.hostname or "", address.port
        usable = host.isascii() and len(host) <= _LONGEST_HOST and not address.path.strip("/")
    except ValueError:
        usable = False
    if not usable or address.scheme != "https" or not host or address.username:
        raise InputError(
            "the gateway's address cannot be used", found=gateway_url, expected="https://HOST:PORT"
        )
    return host


def serve(home: HomeOption = None) -> None:
    """Run gateway, SuperLink and dispatcher until stopped.

    Example: oversight serve --home kent
    """
    from oversight_coordinator import logs, trust_files
    from oversight_coordinator import serve as serving

    chosen = settings(home)
    trust_files.current(chosen.trust)
    chosen.logs.mkdir(parents=True, exist_ok=True)
    logs.to_stream()
    supervisor = serving.Supervisor(chosen, store(chosen))
    supervisor.run(serving.stop_on_signal())


def key_new(
    path: Annotated[Path, typer.Argument(help="The key's name; .key and .pub are added.")],
    holder: Annotated[str, typer.Option(help="The person who holds it.")],
    organisation: Annotated[str, typer.Option(help="Their organisation.")],
) -> None:
    """Make a key pair. The .key file is secret; the .pub file is for others.

    Example: oversight key new keys/analyst --holder "A. Analyst" --organisation "Kent Analytics"
    """
    from oversight_coordinator import keys

    card = keys.make(path, holder, organisation)
    say(f"Made {path.with_suffix('.key')} (keep it secret) and {path.with_suffix('.pub')}.")
    say(f"Fingerprint: {card.key_id[:32]}")


def ledger_verify(
    directory: Annotated[
        Path | None, typer.Argument(help="The coordinator's folder.", show_default=False)
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Verify every entry of the ledger; names the first one that was altered.

    Example: oversight ledger verify demo/coordinator
    """
    from oversight_coordinator import config, files, keys
    from oversight_protocol.ledger import read_file

    folder = config.find_home(directory or home)
    card = keys.card(folder / "keys" / "service.pub")
    content = files.read(folder / "ledger.jsonl", "the ledger", "name the coordinator's folder")
    head = read_file(content, config.ORIGIN, card.public_key).head
    if as_json:
        say_json({"ledger": str(folder), "entries": head.size, "root": head.root, "valid": True})
    else:
        say(
            f"{folder}: {head.size} entries verify. Head {head.root}, "
            f"signed by key {card.key_id[:32]}."
        )
