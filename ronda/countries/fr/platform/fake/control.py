"""What the person who plays the platform may do over HTTP; not part of the AFNOR API."""

import base64
import binascii
from typing import TYPE_CHECKING, Any

from ronda.countries.fr.platform.fake.platform import Fault, Refused
from ronda.countries.fr.platform.fake.store import Record

if TYPE_CHECKING:
    from ronda.countries.fr.platform.fake.server import FakeServer


def control(server: "FakeServer", method: str, action: str, asked: Any) -> tuple[int, Any]:
    """POST step, plan, deliver (content in base64), fault, directory; GET flows."""
    if method == "GET" and action == "flows":
        return 200, list(server.platform.search({"where": {"flowDirection": ["In", "Out"]}})["results"])
    if method != "POST" or not isinstance(asked, dict):
        raise Refused(404, "MISSING_RESOURCE", "no such control")
    actions = {
        "step": _step,
        "plan": _plan,
        "deliver": _deliver,
        "fault": _fault,
        "directory": _directory,
    }
    if action not in actions:
        raise Refused(404, "MISSING_RESOURCE", "no such control")
    try:
        return 200, actions[action](server, asked)
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise Refused(400, "INVALID_REQUEST", f"{type(error).__name__}: {error}") from error


def step(server: "FakeServer", count: int = 1) -> int:
    """Move everything `count` steps and call the subscribers about what changed; the number of changes."""
    platform, changed = server.platform, 0
    for _round in range(count):
        before = {key: flow["updatedAt"] for key, flow in platform.store.state.flows.items()}
        changed += platform.step()
        with platform.lock:
            after = list(platform.store.state.flows)
        fresh = [platform.flow(key) for key in after]
        server.callbacks.tell(flow for flow in fresh if before.get(flow["flowId"]) != flow["updatedAt"])
    return changed


def _step(server: "FakeServer", asked: Record) -> Record:
    return {"changed": step(server, int(asked.get("count", 1)))}


def _plan(server: "FakeServer", asked: Record) -> Record:
    server.platform.plan(str(asked["number"]), *asked["statuses"])
    return {"planned": len(asked["statuses"])}


def _deliver(server: "FakeServer", asked: Record) -> Record:
    content = base64.b64decode(asked["content"], validate=True)
    syntax = str(asked.get("syntax", "CII"))
    return {"flowId": server.platform.deliver(content, name=str(asked["name"]), syntax=syntax)}


def _fault(server: "FakeServer", asked: Record) -> Record:
    fault = Fault(**asked)
    if fault.kind not in {"status", "drop", "twice"} or not 400 <= fault.status <= 599:
        raise ValueError("kind is status, drop or twice; status 400 to 599")
    server.platform.fault(Fault(str(fault.path), fault.kind, fault.status, int(fault.times)))
    return {"faults": len(server.platform.store.state.faults)}


def _directory(server: "FakeServer", asked: Record) -> Record:
    with server.platform.lock:
        status = str(asked.get("status", "Enabled"))
        server.directory.add(str(asked["siren"]), str(asked["name"]), *asked["addresses"], status=status)
        return {"lines": len(server.platform.store.state.lines)}
