"""A local platform and connectors to it, whose every call is compared with the official OpenAPI files."""

import json
import re
from contextlib import contextmanager
from functools import cache
from urllib.parse import unquote, urlsplit

import jsonschema
import requests

from ronda.countries.fr.domain.lifecycle import event_of, read_status
from ronda.countries.fr.platform.afnor import AfnorPlatform
from ronda.countries.fr.platform.cursors import Cursor
from ronda.countries.fr.platform.fake import running
from ronda.countries.fr.platform.gate import Gate, PlatformSettings
from ronda.countries.fr.platform.interface import OutgoingFile
from tests.support.schematron import STANDARDS

API = STANDARDS / "fr/xp-z12-013"
FILES = {
    "/flow-service": API / "afnor-flow-service-1.3.0-openapi.json",
    "/directory-service": API / "afnor-directory-service-1.3.0-openapi.json",
}
MISSING = "" if all(path.exists() for path in FILES.values()) else "XP Z12-013 is not in ../shared/standards"

SELLER, BUYER = "732829320", "552100554"


def cii(number="FA-1", *, buyer=BUYER, seller=SELLER, issued="20260930", note=""):
    """The least of a CII invoice that a platform must know."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryInvoice xmlns:rsm="urn:rsm" xmlns:ram="urn:ram" xmlns:udt="urn:udt">
<rsm:ExchangedDocument><ram:ID>{number}</ram:ID><ram:TypeCode>380</ram:TypeCode>
<ram:IssueDateTime><udt:DateTimeString format="102">{issued}</udt:DateTimeString></ram:IssueDateTime>
<ram:IncludedNote><ram:Content>{note}</ram:Content></ram:IncludedNote></rsm:ExchangedDocument>
<rsm:SupplyChainTradeTransaction><ram:ApplicableHeaderTradeAgreement>
<ram:SellerTradeParty><ram:Name>Dupré</ram:Name><ram:SpecifiedLegalOrganization>
<ram:ID schemeID="0002">{seller}</ram:ID></ram:SpecifiedLegalOrganization><ram:URIUniversalCommunication>
<ram:URIID schemeID="0225">{seller}</ram:URIID></ram:URIUniversalCommunication></ram:SellerTradeParty>
<ram:BuyerTradeParty><ram:Name>Martin</ram:Name><ram:SpecifiedLegalOrganization>
<ram:ID schemeID="0002">{buyer}</ram:ID></ram:SpecifiedLegalOrganization><ram:URIUniversalCommunication>
<ram:URIID schemeID="0225">{buyer}</ram:URIID></ram:URIUniversalCommunication></ram:BuyerTradeParty>
</ram:ApplicableHeaderTradeAgreement></rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>""".encode()


@cache
def api(service):
    """An OpenAPI file, corrected where it allows nothing: a ReasonCode that is "one of" a list and any text,
    a status "Disabled" of at most seven letters."""
    found = json.loads(FILES[service].read_text(encoding="utf-8"))
    reason = found["components"]["schemas"].get("ReasonCode")
    if reason:
        reason["anyOf"] = reason.pop("oneOf")
    for schema in found["components"]["schemas"].values():
        if any(len(one) > schema.get("maxLength", 999) for one in schema.get("enum", ())):
            del schema["maxLength"]
    return found


def resolved(service, node):
    """The node a $ref of the file points to."""
    while "$ref" in node:
        found = api(service)
        for name in node["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        node = found
    return node


def check(service, schema, value):
    """Whether `value` follows a schema of the file; a jsonschema.ValidationError says why not."""
    jsonschema.Draft202012Validator({**schema, "components": api(service)["components"]}).validate(value)


def operation(service, method, path):
    """The operation of the file for a concrete path."""
    for template, methods in api(service)["paths"].items():
        pattern = re.sub(r"\\{[^/]+?\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path) and method.lower() in methods:
            return methods[method.lower()]
    raise AssertionError(f"{method} {path} is not in the OpenAPI file")


class CheckedSession(requests.Session):
    """Every call and every answer must be as the OpenAPI files say."""

    def __init__(self):
        super().__init__()
        self.checked = []

    def request(self, method, url, **given):
        response = super().request(method, url, **given)
        path = unquote(urlsplit(url).path)
        service = "/" + path.split("/")[1]
        if service in FILES and not MISSING:
            self._check(service, method, path.removeprefix(service), given, response)
        return response

    def _check(self, service, method, path, given, response):
        found = operation(service, method, path)
        content = resolved(service, found.get("requestBody", {})).get("content", {})
        if "application/json" in content:
            check(service, content["application/json"]["schema"], given["json"])
        if "multipart/form-data" in content:
            schema = resolved(service, content["multipart/form-data"]["schema"])
            assert set(given["files"]) == set(schema["required"])
            check(service, schema["properties"]["flowInfo"], json.loads(given["files"]["flowInfo"][1]))
            assert given["files"]["flowInfo"][2] == "application/json"
        assert str(response.status_code) in found["responses"], (method, path, response.status_code)
        answer = resolved(service, found["responses"][str(response.status_code)])
        kind = response.headers.get("Content-Type", "")
        if "application/json" in answer.get("content", {}) and kind == "application/json":
            check(service, answer["content"]["application/json"]["schema"], response.json())
        elif answer.get("content"):
            assert kind in answer["content"]
        self.checked.append((method, path, response.status_code))


@contextmanager
def platform(folder, **given):
    """A running local platform and a connector to it."""
    with running(folder, **given) as server:
        yield server, connect(server)


def connect(server, **changes):
    """A connector to the local platform."""
    settings = {
        "flow_url": f"{server.url}/flow-service",
        "directory_url": f"{server.url}/directory-service",
        "token_url": f"{server.url}/token",
        "client_id": "dupre",
        "client_secret": "secret",
        **changes,
    }
    session = CheckedSession()
    connector = AfnorPlatform(Gate(PlatformSettings(**settings), session=session))
    connector.session = session
    return connector


def invoice(number="FA-1", tracking="ronda-1", **given):
    return OutgoingFile(cii(number, **given), f"{number}.xml", tracking, "CII")


def everything(fetch, cursor=Cursor()):  # noqa: B008
    """All pages from `cursor` on, and the cursor after them."""
    found, more = [], True
    while more:
        page = fetch(Cursor.parse(str(cursor)))
        found += page.items
        cursor, more = page.cursor, page.more
    return found, cursor


def life_of(events):
    return [event_of(message) for one in events if one.is_status for message in read_status(one.content)]
