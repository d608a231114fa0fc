"""What the local platform looks at before it takes a file. Further checks, such as schemas, are injected."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from lxml import etree

from ronda.countries.fr.domain.lifecycle import check_status, read_status
from ronda.countries.fr.platform.summaries import MESSAGE_ROOTS, ROOTS, root_name, root_of, xml_of
from ronda.kernel.errors import Refusal

#: A remark: item, reasonCode, reasonMessage.
Remark = tuple[str, str, str]
#: Given flowSyntax and content, the errors found.
Check = Callable[[str, bytes], list[Remark]]


def detail(remark: Remark) -> dict[str, str]:
    """As AcknowledgementDetail."""
    item, code, message = remark
    return {"level": "Error", "item": item, "reasonCode": code, "reasonMessage": message}


def check_file(info: Mapping[str, Any], content: bytes) -> list[Remark]:
    """Empty, unreadable, or another syntax than announced; a status also by the rules BR-FR-CDV."""
    syntax = str(info.get("flowSyntax"))
    if not content:
        return [("file", "EmptyFlow", "the file is empty")]
    if content.startswith(b"%PDF") != (syntax == "Factur-X"):
        return [("file", "FlowTypeError", f"the file is not {syntax}")]
    xml = xml_of(content)
    root = root_of(xml) if xml else None
    if root is None:
        return [("file", "InvalidSchema", "no XML that can be read")]
    name = root_name(root)
    found: str = {**ROOTS, **MESSAGE_ROOTS}.get(name) or name
    if found != ("CII" if syntax == "Factur-X" else syntax):
        return [("file", "FlowTypeError", f"the file is not {syntax} but {found}")]
    return _check_message(content) if syntax == "CDAR" else []


def schema_check(schemas: Mapping[str, Path]) -> Check:
    """A check by XSD files, by flowSyntax; of a Factur-X its XML is checked. What has no schema passes."""
    compiled = {syntax: etree.XMLSchema(etree.parse(path)) for syntax, path in schemas.items()}

    def check(syntax: str, content: bytes) -> list[Remark]:
        schema, root = compiled.get(syntax), root_of(xml_of(content))
        if schema is None or root is None or schema.validate(root):
            return []
        errors = str(schema.error_log).splitlines()[:5]
        return [("file", "InvalidSchema", error[:300]) for error in errors]

    return check


def _check_message(content: bytes) -> list[Remark]:
    try:
        messages = read_status(content)
    except Refusal as refusal:
        return [("file", "InvalidSchema", str(refusal.message))]
    return [
        (finding.where, "InvoiceLCRuleError", f"{finding.code}: {finding.text}")
        for message in messages
        for finding in check_status(message)
        if finding.blocks
    ]
