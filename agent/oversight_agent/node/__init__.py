"""A Flower node: it pulls messages, runs the installed ClientApp, pushes the replies.

No other module touches Flower, and none opens a connection while the agent runs. Rules kept here:

1. Outbound HTTPS to the gateway only, with the CA pinned at enrolment.
2. The bundle of code that Flower offers with a run is never asked for: the app is the one
   installed. A redirection is not followed.
3. Nothing here ends the process. Not connected, not registered, another version and not available
   are states, each with a back-off; what to do about them is logged in plain English. A message
   that cannot be served is logged and passed over: the coordinator asks again.
4. A clock that is wrong by more than the SuperLink tolerates is corrected by the gateway's `Date`.
5. The node identifier is remembered, so that a node that was killed can take itself off the list of
   nodes that are online; until then the SuperLink would refuse it for a minute.
6. For some time after work it polls fast, else slowly: each poll costs the SuperLink about 9 ms.
"""

from oversight_agent.node.fleet import (
    FIELD,
    RECORD,
    FleetNode,
    Handler,
    NodeSettings,
    make_app,
    waiter,
)

__all__ = ["FIELD", "RECORD", "FleetNode", "Handler", "NodeSettings", "make_app", "waiter"]
