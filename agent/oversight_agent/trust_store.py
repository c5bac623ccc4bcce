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

    def verify(self, bundle: TrustBundle) -> Trust:
        """What a bundle says, verified from the root and against what was seen before.

        Raises:
            Refused: it does not verify, or goes back.
        """
        return establish(bundle, self._settings.root_digest, self.current())

    def keep(self, bundle: TrustBundle) -> None:
        """Keep a verified bundle as the last one seen."""
        content = bundle.canonical()
        if not self._path.exists() or self._path.read_bytes() != content:
            files.write(self._path, content)


class StudyShelf:
    """The signed studies that were offered, by digest."""

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.path("studies")

    def put(self, envelope: Envelope) -> None:
        """Keep a study's verified envelope; one that was signed anew takes the old one's place."""
        path = self._folder / f"{envelope.digest}.json"
        if not path.exists() or path.read_bytes() != envelope.raw:
            files.write(path, envelope.raw)

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
