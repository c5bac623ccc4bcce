"""The signed files of trust and the studies on the agent's disk."""

from __future__ import annotations

from oversight_agent import files
from oversight_agent.config import Settings
from oversight_protocol.envelope import Envelope
from oversight_protocol.errors import Reason, Refused
from oversight_protocol.trust import Trust, TrustBundle, establish


class TrustStore:
    """Whom this agent trusts, verified from the root that it pinned at enrolment.

    The three files lie in one, `trust/bundle.json`, so that they change together or not at all.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._path = settings.path("trust", "bundle.json")

    def current(self) -> Trust | None:
        """What was last seen, verified again; None before the first exchange.

        Raises:
            Refused: the files on the disk are not what the pinned root signed.
        """
        try:
            bundle = TrustBundle.parse(self._path.read_bytes())
        except FileNotFoundError:
            return None
        return establish(bundle, self._settings.root_digest, None)

    def update(self, bundle: TrustBundle) -> tuple[Trust, bool]:
        """Verify a newer bundle and keep it; whether it differs from the last.

        Raises:
            Refused: it does not verify, or goes back.
        """
        seen = self.current()
        trust = establish(bundle, self._settings.root_digest, seen)
        changed = seen is None or seen.digests != trust.digests
        if changed:
            files.write(self._path, bundle.canonical())
        return trust, changed


class StudyShelf:
    """The signed studies that were offered, by digest."""

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.path("studies")

    def put(self, envelope: Envelope) -> None:
        """Keep a study's envelope."""
        files.write(self._folder / f"{envelope.digest}.json", envelope.raw)

    def get(self, digest: str) -> Envelope:
        """A study's envelope.

        Raises:
            Refused: `study-unknown`.
        """
        try:
            return Envelope.from_bytes((self._folder / f"{digest}.json").read_bytes())
        except FileNotFoundError:
            raise Refused(Reason.STUDY_UNKNOWN) from None

    def all(self) -> list[Envelope]:
        """All envelopes, in the order of their digests."""
        return [
            Envelope.from_bytes(path.read_bytes()) for path in sorted(self._folder.glob("*.json"))
        ]
