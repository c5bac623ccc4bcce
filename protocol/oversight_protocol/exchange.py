"""What goes to and fro between coordinator and agent inside a Flower message.

Rules kept here:

1. Every exchange is asynchronous. `ask` is answered at once (accepted, held, refused); `collect`
   returns what has been answered since; `receipt` tells the agent that its answer arrived.
2. Every request may be repeated: it has the effect of one. The coordinator may lose a reply at any
   moment and simply asks again.
3. Every reply carries the agent's signed ledger head.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from oversight_protocol.errors import FAMILY_TEXT, Family
from oversight_protocol.model import Document, Name
from oversight_protocol.trust import TrustBundle

RequestKind = Literal["offer", "ask", "collect", "receipt"]
Status = Literal["offered", "accepted", "held", "answered", "refused", "recorded", "unknown"]


class Request(Document):
    """From the coordinator. Signed documents travel as the text of their envelopes.

    `checkpoint` is the last head that the agent signed of its ledger, as far as the coordinator
    knows: an agent whose ledger did not come by it is a machine that was restored.
    """

    kind: RequestKind
    trust: TrustBundle | None = None
    study: str | None = None
    ticket: str | None = None
    ticket_id: Name | None = None
    receipt: str | None = None
    checkpoint: str | None = None

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Self:
        needs = {
            "offer": (self.trust, self.study),
            "ask": (self.trust, self.study, self.ticket),
            "collect": (self.ticket_id,),
            "receipt": (self.receipt,),
        }
        if any(part is None for part in needs[self.kind]):
            raise ValueError(f"a part that '{self.kind}' needs is missing")
        return self


class Reply(Document):
    """From the agent.

    `answer` is the text of the envelope of a release or refusal. A refusal of something that names
    no ticket has no envelope, only its family and that family's sentence.
    """

    status: Status
    answer: str | None = None
    family: Family | None = None
    text: str | None = None
    checkpoint: str

    @model_validator(mode="after")
    def _says_no_more_than_the_family(self) -> Self:
        expected = FAMILY_TEXT[self.family] if self.family else None
        if self.text != expected:
            raise ValueError("a refusal carries its family's fixed sentence")
        return self
