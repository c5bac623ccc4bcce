"""Replies collected from Flower: nothing waits for a sender that died on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
from flwr.app import ConfigRecord, Message, Metadata, RecordDict
from flwr.app.message import make_message, remove_content_from_message
from flwr.common.serde import message_to_proto
from flwr.proto.message_pb2 import (
    ConfirmMessageReceivedRequest,
    ConfirmMessageReceivedResponse,
    PullObjectRequest,
    PullObjectResponse,
)
from flwr.proto.node_pb2 import Node
from flwr.proto.runtime_pb2 import PullAppMessagesRequest, PullAppMessagesResponse
from flwr.supercore.inflatable.inflatable_object import get_all_nested_objects, get_object_tree

from oversight_coordinator.dispatcher.replies import Replies

RUN = 7


def reply_to(message_id: str, body: bytes = b"reply") -> Message:
    """A reply as an agent's node makes it."""
    metadata = Metadata(
        run_id=RUN, message_id="", src_node_id=2, dst_node_id=1, message_type="query",
        group_id="", ttl=60, reply_to_message_id=message_id, created_at=0,
    )  # fmt: skip
    content = RecordDict({"oversight": ConfigRecord({"body": body})})
    reply = make_message(metadata=metadata, content=content)
    reply.metadata.__dict__["_message_id"] = reply.object_id
    return reply


@dataclass
class SuperLink:
    """The SuperLink as a ServerApp's client sees it.

    Attributes:
        announced: replies that it has yet to announce, by the identifier of the message.
        contents: what was uploaded.
        lost: objects that will not come any more.
        confirmed: the replies whose receipt was confirmed.
    """

    announced: dict[str, Message] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    confirmed: list[str] = field(default_factory=list)
    asked: list[list[str]] = field(default_factory=list)
    pulled: list[str] = field(default_factory=list)

    def announce(self, message_id: str, reply: Message) -> None:
        self.announced[message_id] = reply

    def upload(self, reply: Message, most: int = 100) -> None:
        for name, part in list(get_all_nested_objects(reply).items())[:most]:
            self.contents[name] = part.deflate()

    def PullMessages(self, request: PullAppMessagesRequest) -> PullAppMessagesResponse:  # noqa: N802
        self.asked.append(sorted(request.message_ids))
        found = [self.announced.pop(one) for one in request.message_ids if one in self.announced]
        return PullAppMessagesResponse(
            messages_list=[message_to_proto(remove_content_from_message(one)) for one in found],
            message_object_trees=[get_object_tree(one) for one in found],
        )

    def PullObject(self, request: PullObjectRequest) -> PullObjectResponse:  # noqa: N802
        self.pulled.append(request.object_id)
        content = self.contents.get(request.object_id)
        return PullObjectResponse(
            object_found=request.object_id not in self.lost,
            object_available=content is not None,
            object_content=content or b"",
        )

    def ConfirmMessageReceived(  # noqa: N802
        self, request: ConfirmMessageReceivedRequest
    ) -> ConfirmMessageReceivedResponse:
        self.confirmed.append(request.message_object_id)
        return ConfirmMessageReceivedResponse()


@pytest.fixture
def superlink() -> SuperLink:
    return SuperLink()


@pytest.fixture
def replies(superlink: SuperLink) -> Replies:
    return Replies(
        SimpleNamespace(  # type: ignore[arg-type]
            _runtime_client=superlink, node=Node(node_id=1), run=SimpleNamespace(run_id=RUN)
        )
    )


def bodies(pulled: list[tuple[str, Message | None]]) -> dict[str, object]:
    return {
        message_id: reply and reply.content.config_records["oversight"]["body"]
        for message_id, reply in pulled
    }


def test_a_reply_that_is_here_is_given_and_confirmed(replies: Replies, superlink: SuperLink):
    reply = reply_to("m1", b"the body")
    superlink.announce("m1", reply)
    superlink.upload(reply)

    pulled = replies.pull(["m1", "m2"])

    assert bodies(pulled) == {"m1": b"the body"}
    assert superlink.confirmed == [reply.object_id]


def test_a_reply_without_its_content_keeps_nobody_waiting(replies: Replies, superlink: SuperLink):
    whole, begun = reply_to("whole", b"one"), reply_to("begun", b"two")
    superlink.announce("begun", begun)
    superlink.announce("whole", whole)
    superlink.upload(whole)

    first = replies.pull(["begun", "whole"])
    superlink.upload(begun)
    second = replies.pull(["begun"])

    assert bodies(first) == {"whole": b"one"}
    assert bodies(second) == {"begun": b"two"}


def test_an_announcement_is_asked_for_once_and_content_fetched_once(
    replies: Replies, superlink: SuperLink
):
    reply = reply_to("m1")
    superlink.announce("m1", reply)
    parts = len(get_all_nested_objects(reply))

    superlink.upload(reply, most=parts - 1)
    for _ in range(3):
        assert replies.pull(["m1", "m2"]) == []
    superlink.upload(reply)

    assert bodies(replies.pull(["m1", "m2"])) == {"m1": b"reply"}
    assert superlink.asked == [["m1", "m2"], ["m2"], ["m2"], ["m2"]]
    arrived = [part for part in superlink.pulled if part in superlink.contents]
    assert len(set(arrived)) == parts


def test_a_reply_whose_content_is_given_up_is_lost_and_nothing_is_confirmed(
    replies: Replies, superlink: SuperLink
):
    reply = reply_to("m1")
    superlink.announce("m1", reply)
    superlink.lost |= set(get_all_nested_objects(reply))

    assert replies.pull(["m1"]) == [("m1", None)]
    assert superlink.confirmed == []


def test_what_nobody_asks_for_any_more_is_forgotten(replies: Replies, superlink: SuperLink):
    superlink.announce("m1", reply_to("m1"))
    replies.pull(["m1"])

    replies.pull([])
    replies.pull(["m1"])

    assert superlink.asked == [["m1"], ["m1"]]


@pytest.mark.parametrize(
    "content",
    [b"", b"nonsense", b"Message\x00", bytes(200)],
    ids=["empty", "nonsense", "only a head", "zeros"],
)
def test_content_that_cannot_be_read_is_a_loss_of_its_sender_alone(
    replies: Replies, superlink: SuperLink, content: bytes
):
    bad, good = reply_to("bad"), reply_to("good", b"fine")
    superlink.announce("bad", bad)
    superlink.announce("good", good)
    superlink.upload(good)
    superlink.contents |= dict.fromkeys(get_all_nested_objects(bad), content)

    assert bodies(replies.pull(["bad", "good"])) == {"bad": None, "good": b"fine"}


def test_content_of_another_kind_than_a_message_is_a_loss(replies: Replies, superlink: SuperLink):
    reply = reply_to("m1")
    superlink.announce("m1", reply)
    superlink.upload(reply)
    superlink.contents[reply.object_id] = RecordDict().deflate()

    assert replies.pull(["m1"]) == [("m1", None)]
