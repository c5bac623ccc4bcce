"""What a node's state is called, and what a person should do about it.

A status alone does not tell: Flower answers 412 to a node that it does not know and to one of
another version. Where Flower's own error is in the reply, its code decides.
"""

from __future__ import annotations

import httpx
from flwr.supercore.error import ApiErrorCode, FlowerError

State = tuple[str, str]
"""A name, and advice in plain English."""

CONNECTED: State = ("connected", "")
NOT_CONNECTED: State = (
    "not-connected", "no connection to the coordinator; check network and proxy")  # fmt: skip
OFF_THE_LIST: State = ("off-the-list", "the coordinator took this agent for gone; trying again")
FAULT: State = (
    "fault", "what answers is no coordinator, or this agent has a fault; the log names the kind of "
    "error; trying again")  # fmt: skip
_NOT_REGISTERED: State = (
    "not-registered", "the coordinator does not know this agent's node key (yet, or any more); ask "
    "Kent whether the enrolment was approved or revoked")  # fmt: skip
_OTHER_VERSION: State = (
    "other-version",
    "the coordinator runs another version of Flower; upgrade this agent",
)
_BY_STATUS: dict[int, State] = {
    401: _NOT_REGISTERED,
    404: ("wrong-address", "no coordinator answers at this address; check coordinator_url"),
    412: _OTHER_VERSION,
    503: ("coordinator-away", "the coordinator is starting or under maintenance; trying again"),
}


def of_response(response: httpx.Response) -> State:
    """The state that a refusal means."""
    error = FlowerError.from_json(response.text)
    if error is not None and error.code == ApiErrorCode.RUNTIME_VERSION_INCOMPATIBLE:
        return _OTHER_VERSION
    if error is not None and response.is_client_error:
        return _NOT_REGISTERED
    return _BY_STATUS.get(response.status_code, (f"http-{response.status_code}", "trying again"))
