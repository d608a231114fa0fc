"""Connector to any approved platform that speaks the AFNOR API (XP Z12-013 version 1.3.0)."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from ronda.countries.fr.platform.cursors import Cursor, Lane, mark_of, moved_on
from ronda.countries.fr.platform.gate import Gate, PlatformSettings
from ronda.countries.fr.platform.interface import (
    MAX_TRACKING_ID,
    AckDetail,
    Deposit,
    DirectoryLine,
    EventPage,
    FlowRefused,
    IncomingFile,
    IncomingPage,
    OddAnswer,
    OutgoingFile,
    Platform,
    PlatformEvent,
    TrackingTaken,
)
from ronda.kernel.i18n import _

PAGE = 100
#: Flow types of received invoices and of statuses.
INVOICES = ("SupplierInvoice", "CustomerInvoice")
STATUSES = ("CustomerInvoiceLC", "SupplierInvoiceLC")
_ODD = _("The platform's answer is not that of the AFNOR API. Check the address in the settings.")


@dataclass(frozen=True, slots=True)
class Webhook:
    """A subscription. key: to check its calls with, told once; keep it as a secret."""

    identifier: str
    key: str
    url: str = ""


def open_platform(settings: PlatformSettings) -> Platform:
    """The platform of `settings`; nothing is asked of it yet. Raises `BadSettings`."""
    return AfnorPlatform(Gate(settings))


class AfnorPlatform:
    """The questions of `Platform` in the words of the AFNOR API; safe to call again after any failure."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    # Out

    def send_invoice(self, file: OutgoingFile) -> Deposit:
        """Hand an invoice over. Raises `FlowRefused`, `TrackingTaken` and what `Gate` raises."""
        return self._submit(file, {"processingRule": file.rule, "flowProfile": file.profile})

    def send_status(self, content: bytes, *, tracking_id: str, name: str) -> Deposit:
        """Hand a CDAR message over, as `send_invoice`."""
        return self._submit(OutgoingFile(content, name, tracking_id, "CDAR"), {})

    def send_ereport(self, content: bytes, *, tracking_id: str, name: str) -> Deposit:
        """Hand a flux 10 report over, as `send_invoice`."""
        return self._submit(OutgoingFile(content, name, tracking_id, "FRR"), {})

    def _submit(self, file: OutgoingFile, more: Mapping[str, str]) -> Deposit:
        if not 0 < len(file.tracking_id) <= MAX_TRACKING_ID or not file.content:
            raise FlowRefused(_("An empty file cannot be sent."), again=False, error="EmptyFlow", details="")
        if known := self._known(file):
            return known
        info = {
            "trackingId": file.tracking_id,
            "name": file.name[:255],
            "flowSyntax": file.syntax,
            **more,
            "sha256": hashlib.sha256(file.content).hexdigest(),
        }
        kind = "application/pdf" if file.content.startswith(b"%PDF") else "application/xml"
        parts = {
            "flowInfo": (None, json.dumps(info), "application/json"),
            "file": (file.name[:255], file.content, kind),
        }
        found = _mapping(self._gate.flows("POST", "/v1/flows", files=parts).data)
        return Deposit(_said(found, "flowId"), file.tracking_id, _moment(found, "submittedAt"))

    def _known(self, file: OutgoingFile) -> Deposit | None:
        """What the platform has under this tracking identifier: an answer may have been lost on its way."""
        flows, _next = self._search({"trackingId": file.tracking_id, "flowDirection": ["Out"]})
        for flow in flows:
            original = self._original(_said(flow, "flowId"))
            if original is not None and original != file.content:
                message = _("Another file was sent as “%(id)s”. Send this one as a new transmission.")
                raise TrackingTaken(message % {"id": file.tracking_id}, again=False)
            return Deposit(
                _said(flow, "flowId"), file.tracking_id, _moment(flow, "submittedAt"), repeated=True
            )
        return None

    # In

    def fetch_events(self, cursor: Cursor) -> EventPage:
        """Acknowledgements of our files and statuses of invoices; a page of each at a time."""
        told, cursor, more = self._page(cursor, "acks", {"flowDirection": ["Out"]})
        events = [_event(flow, b"") for flow in told if _acknowledgement(flow)[0] != "Pending"]
        found, cursor, again = self._page(
            cursor, "statuses", {"flowDirection": ["In"], "flowType": list(STATUSES)}
        )
        for flow in found:
            content = self._original(_said(flow, "flowId"))
            if content:
                events.append(_event(flow, content))
        return EventPage(tuple(events), cursor, more or again)

    def fetch_incoming(self, cursor: Cursor) -> IncomingPage:
        """Received invoices; what has gone from the platform meanwhile is left out."""
        where = {"flowDirection": ["In"], "flowType": list(INVOICES)}
        flows, cursor, more = self._page(cursor, "invoices", where)
        files = []
        for flow in flows:
            content = self._original(_said(flow, "flowId"))
            if content:
                files.append(
                    IncomingFile(
                        _said(flow, "flowId"),
                        str(flow.get("name") or ""),
                        str(flow.get("flowSyntax") or ""),
                        content,
                        _moment(flow, "updatedAt"),
                    )
                )
        return IncomingPage(tuple(files), cursor, more)

    def _page(
        self, cursor: Cursor, name: str, where: Mapping[str, Any]
    ) -> tuple[list[Mapping[str, Any]], Cursor, bool]:
        lane = cursor.lane(name)
        try:
            flows, following = self._search(_since(where, lane), lane.page)
        except FlowRefused:
            if not lane.page:
                raise
            # The platform forgot its page: begin again at our own mark, what was seen is skipped.
            lane = Lane(lane.after, "", lane.top, lane.seen)
            flows, following = self._search(_since(where, lane))
        fresh = [flow for flow in flows if mark_of(flow) not in set(lane.seen)]
        return fresh, cursor.with_lane(name, moved_on(lane, flows, following)), bool(following)

    def _search(self, where: Mapping[str, Any], page: str = "") -> tuple[list[Mapping[str, Any]], str]:
        asked: dict[str, Any] = {"limit": PAGE, "where": dict(where)}
        if page:
            asked["cursor"] = page
        found = _mapping(self._gate.flows("POST", "/v1/flows/search", json=asked).data)
        results = found.get("results")
        if not isinstance(results, list):
            raise OddAnswer(_ODD, again=False)
        flows = [_mapping(one) for one in results]
        for flow in flows:
            _said(flow, "flowId")
            _moment(flow, "updatedAt")
        return flows, str(found.get("nextCursor") or "")

    def _original(self, flow_id: str) -> bytes | None:
        path = f"/v1/flows/{quote(flow_id, safe='')}"
        answer = self._gate.flows("GET", path, params={"docType": "Original"}, none_when_missing=True)
        return None if answer.status == 404 else answer.body

    # Directory

    def lookup_address(self, siren: str, *, siret: str = "") -> tuple[DirectoryLine, ...]:
        """The addresses of a firm or of one of its sites, those that receive today first."""
        filters: dict[str, Any] = {"siren": {"op": "strict", "value": siren}}
        if siret:
            filters["siret"] = {"op": "strict", "value": siret}
        asked = {"filters": filters, "include": ["siren"], "limit": PAGE}
        answer = self._gate.directory("POST", "/v1/directory-line/search", json=asked, none_when_missing=True)
        if answer.status == 404:
            return ()
        results = _mapping(answer.data).get("results") or []
        lines = [_line(_mapping(one)) for one in results] if isinstance(results, list) else []
        return tuple(sorted(lines, key=lambda line: (not line.can_receive, line.address)))

    # Watching

    def is_up(self) -> bool:
        """Whether the flow service answers its health check. Raises nothing but what `Gate` raises."""
        return self._gate.flows("GET", "/v1/healthcheck").status == 200

    def subscribe(self, url: str, *, flow_types: Sequence[str] = ()) -> Webhook:
        """Have changes of flows told to `url`; `webhooks.is_genuine` checks the calls with the key."""
        asked: dict[str, Any] = {"callbackUrl": url}
        if flow_types:
            asked["flowTypes"] = list(flow_types)
        found = _mapping(self._gate.flows("POST", "/v1/webhooks", json=asked).data)
        return Webhook(_said(found, "webhookId"), _said(found, "signingKey"), url)

    def subscriptions(self) -> tuple[str, ...]:
        """The identifiers of our webhooks."""
        found = _mapping(self._gate.flows("GET", "/v1/webhooks").data).get("webhooks") or []
        return tuple(_said(_mapping(one), "webhookId") for one in found)

    def unsubscribe(self, identifier: str) -> None:
        """End a subscription; one that is gone already is fine."""
        path = f"/v1/webhooks/{quote(identifier, safe='')}"
        self._gate.flows("DELETE", path, none_when_missing=True)


def _since(where: Mapping[str, Any], lane: Lane) -> dict[str, Any]:
    return {**where, "updatedAfter": lane.after} if lane.after else dict(where)


def _event(flow: Mapping[str, Any], content: bytes) -> PlatformEvent:
    ack, details = _acknowledgement(flow)
    return PlatformEvent(
        _said(flow, "flowId"),
        str(flow.get("trackingId") or ""),
        str(flow.get("name") or ""),
        str(flow.get("flowType") or ""),
        ack,  # type: ignore[arg-type]
        details,
        _moment(flow, "updatedAt"),
        content,
    )


def _acknowledgement(flow: Mapping[str, Any]) -> tuple[str, tuple[AckDetail, ...]]:
    said = flow.get("acknowledgement")
    ack = said if isinstance(said, dict) else {}
    rows = ack.get("details")
    details = tuple(
        AckDetail(*(str(row.get(name) or "") for name in ("level", "item", "reasonCode", "reasonMessage")))
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, dict)
    )
    status = ack.get("status")
    return (status if status in {"Ok", "Error"} else "Pending"), details


def _line(found: Mapping[str, Any]) -> DirectoryLine:
    unit = found.get("legalUnit")
    return DirectoryLine(
        address=_said(found, "addressingIdentifier"),
        siren=str(found.get("siren") or ""),
        siret=str(found.get("siret") or ""),
        routing_code=str(found.get("routingIdentifier") or ""),
        suffix=str(found.get("addressingSuffix") or ""),
        platform=str(found.get("platformType") or ""),
        status=str(found.get("directoryLineStatus") or ""),
        name=str(unit.get("businessName") or "") if isinstance(unit, dict) else "",
    )


def _mapping(found: Any) -> Mapping[str, Any]:
    if not isinstance(found, dict):
        raise OddAnswer(_ODD, again=False)
    return found


def _said(found: Mapping[str, Any], name: str) -> str:
    text = found.get(name)
    if not isinstance(text, str) or not text:
        raise OddAnswer(_ODD, again=False, missing=name)
    return text


def _moment(found: Mapping[str, Any], name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(_said(found, name))
    except ValueError:
        raise OddAnswer(_ODD, again=False, missing=name) from None
    if moment.tzinfo is None:
        raise OddAnswer(_ODD, again=False, missing=name)
    return moment
