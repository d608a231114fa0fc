"""Writes messages of SdI in both families, as the local exchange answers with them.

Valid against the schemas of both families; with `signed=True` a placeholder stands where SdI puts its XAdES
signature, so that readers meet the same shape. It proves nothing: no key is behind it.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from xml.sax.saxutils import escape

from ronda.countries.it.domain.sdi.messages import (
    B2B_NAMESPACE,
    MAX_ERRORS,
    PA_NAMESPACE,
    ROOTS,
    SIGNATURE_NAMESPACE,
    Family,
    Kind,
    Receipt,
)
from ronda.kernel.errors import Refusal
from ronda.kernel.i18n import _

_B2B_ROOTS = {
    Kind.DELIVERED: "RicevutaConsegna",
    Kind.REJECTED: "RicevutaScarto",
    Kind.NOT_DELIVERED: "RicevutaImpossibilitaRecapito",
    Kind.METADATA: "FileMetadati",
}
_PA_ROOTS = {kind: root for root, kind in ROOTS.items() if root not in set(_B2B_ROOTS.values())} | {
    Kind.DELIVERED: "RicevutaConsegna"
}
_UNSIGNED = frozenset({Kind.METADATA})
#: Longest texts, PA then B2B.
_DESCRIPTION = {Family.PA: 255, Family.B2B: 1000}
_MESSAGE_ID = {Family.PA: 14, Family.B2B: 36}
_SUGGESTION = 2000
# What XML 1.0 cannot hold (§2.2).
_FORBIDDEN = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


class NotWritableReceipt(Refusal):
    """The message lacks what its schema demands; `facts["missing"]` names the element."""

    code = "sdi.not_writable_receipt"


def write_receipt(receipt: Receipt, *, signed: bool = False) -> bytes:
    """The message as UTF-8 XML; what is written is read back the same. Raises `NotWritableReceipt`.

    Texts longer than the schema allows are cut, except identifiers, which are refused.
    """
    roots = _B2B_ROOTS if receipt.family is Family.B2B else _PA_ROOTS
    root = roots.get(receipt.kind)
    if root is None:
        raise _missing(f"{receipt.family}/{receipt.kind}")
    namespace = B2B_NAMESPACE if receipt.family is Family.B2B else PA_NAMESPACE
    role = ' IntermediarioConDupliceRuolo="Si"' if _has_role(receipt) else ""
    body = "".join(_BODIES[receipt.kind](receipt))
    seal = _placeholder(body) if signed and receipt.kind not in _UNSIGNED else ""
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<ns3:{root} xmlns:ns3="{namespace}" versione="1.0"{role}>{body}{seal}</ns3:{root}>\n'
    )
    return text.encode("utf-8")


def _has_role(receipt: Receipt) -> bool:
    allowed = {Kind.DELIVERED, Kind.OUTCOME, Kind.EXPIRED}
    return receipt.double_role and receipt.family is Family.PA and receipt.kind in allowed


def _missing(name: str) -> NotWritableReceipt:
    message = _("The receipt cannot be written: %(name)s is missing or not allowed.")
    return NotWritableReceipt(message % {"name": name}, missing=name)


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(_FORBIDDEN.sub('', text))}</{name}>"


def _optional(name: str, text: str, longest: int | None = None) -> str:
    return _element(name, text[:longest]) if text else ""


def _needed(name: str, text: str, longest: int) -> str:
    if not text or len(text) > longest:
        raise _missing(name)
    return _element(name, text)


def _instant(name: str, moment: datetime | None) -> str:
    if moment is None:
        raise _missing(name)
    return _element(name, moment.isoformat())


def _identifier(receipt: Receipt) -> str:
    public = receipt.family is Family.PA
    if public and not (receipt.sdi_id.isascii() and receipt.sdi_id.isdigit()):
        raise _missing("IdentificativoSdI")
    return _needed("IdentificativoSdI", receipt.sdi_id, 12 if public else 36)


def _head(receipt: Receipt) -> Iterator[str]:
    yield _identifier(receipt)
    yield _needed("NomeFile", receipt.file_name, 50)
    if receipt.family is Family.B2B:
        yield _needed("Hash", receipt.hash, 64)


def _archive(receipt: Receipt) -> str:
    if not receipt.archive_name:
        return ""
    identifier = _needed("IdentificativoSdI", receipt.archive_sdi_id, 36)
    name = _needed("NomeFile", receipt.archive_name, 50)
    return f"<RiferimentoArchivio>{identifier}{name}</RiferimentoArchivio>"


def _recipient(receipt: Receipt) -> str:
    if not receipt.recipient and receipt.family is Family.B2B:
        return ""
    code = _needed("Codice", receipt.recipient, 6 if receipt.family is Family.PA else 7)
    name = _element("Descrizione", receipt.recipient_name)
    return f"<Destinatario>{code}{name}</Destinatario>"


def _foot(receipt: Receipt) -> Iterator[str]:
    yield _needed("MessageId", receipt.message_id, _MESSAGE_ID[receipt.family])
    yield _optional("PecMessageId", receipt.pec_message_id)
    # Real messages carry an empty note where there is nothing to say.
    yield _element("Note", receipt.note)


def _description(receipt: Receipt) -> str:
    return _optional("Descrizione", receipt.description, _DESCRIPTION[receipt.family])


def _invoice(receipt: Receipt) -> str:
    if not receipt.invoice_number:
        return ""
    inside = _needed("NumeroFattura", receipt.invoice_number, 20)
    inside += _needed("AnnoFattura", receipt.invoice_year, 4)
    inside += _optional("PosizioneFattura", receipt.invoice_position)
    return f"<RiferimentoFattura>{inside}</RiferimentoFattura>"


def _errors(receipt: Receipt) -> Iterator[str]:
    if not receipt.errors:
        raise _missing("ListaErrori")
    yield "<ListaErrori>"
    for error in receipt.errors[:MAX_ERRORS]:
        yield "<Errore>" + _needed("Codice", error.code, 5)
        yield _element("Descrizione", error.text[: _DESCRIPTION[receipt.family]])
        if receipt.family is Family.B2B:
            yield _element("Suggerimento", error.suggestion[:_SUGGESTION])
        yield "</Errore>"
    yield "</ListaErrori>"


def _delivered(receipt: Receipt) -> Iterator[str]:
    yield from _head(receipt)
    yield _instant("DataOraRicezione", receipt.received_at)
    yield _instant("DataOraConsegna", receipt.delivered_at)
    yield _recipient(receipt)
    yield _archive(receipt)
    yield from _foot(receipt)


def _rejected(receipt: Receipt) -> Iterator[str]:
    yield from _head(receipt)
    yield _instant("DataOraRicezione", receipt.received_at)
    yield _archive(receipt)
    yield from _errors(receipt)
    yield from _foot(receipt)


def _not_delivered(receipt: Receipt) -> Iterator[str]:
    yield from _head(receipt)
    yield _instant("DataOraRicezione", receipt.received_at)
    if receipt.family is Family.B2B:
        if receipt.available_on is None:
            raise _missing("DataMessaADisposizione")
        yield _element("DataMessaADisposizione", receipt.available_on.isoformat())
    yield _archive(receipt)
    yield _description(receipt)
    yield from _foot(receipt)


def _outcome(receipt: Receipt) -> Iterator[str]:
    yield from _head(receipt)
    yield '<EsitoCommittente versione="1.0">' + _identifier(receipt) + _invoice(receipt)
    yield _needed("Esito", receipt.outcome, 4) + _description(receipt) + "</EsitoCommittente>"
    yield from _foot(receipt)


def _expired(receipt: Receipt) -> Iterator[str]:
    yield _identifier(receipt) + _invoice(receipt)
    yield _needed("NomeFile", receipt.file_name, 50)
    yield _description(receipt)
    yield from _foot(receipt)


def _attested(receipt: Receipt) -> Iterator[str]:
    yield from _head(receipt)
    yield _instant("DataOraRicezione", receipt.received_at)
    yield _archive(receipt)
    yield _recipient(receipt)
    yield from _foot(receipt)
    yield _needed("HashFileOriginale", receipt.hash, 64)


def _metadata(receipt: Receipt) -> Iterator[str]:
    yield from _head(receipt)
    yield _needed("CodiceDestinatario", receipt.recipient, 6 if receipt.family is Family.PA else 7)
    yield _needed("Formato", receipt.format, 5)
    yield _element("TentativiInvio", receipt.attempts or "1")
    yield _needed("MessageId", receipt.message_id, _MESSAGE_ID[receipt.family])
    yield _element("Note", receipt.note)


def _customer_outcome(receipt: Receipt) -> Iterator[str]:
    yield _identifier(receipt) + _invoice(receipt)
    yield _needed("Esito", receipt.outcome, 4) + _description(receipt)


def _outcome_rejected(receipt: Receipt) -> Iterator[str]:
    yield _identifier(receipt) + _invoice(receipt)
    yield _needed("Scarto", receipt.outcome, 4)
    yield from _foot(receipt)


_BODIES: dict[Kind, Callable[[Receipt], Iterator[str]]] = {
    Kind.DELIVERED: _delivered,
    Kind.REJECTED: _rejected,
    Kind.NOT_DELIVERED: _not_delivered,
    Kind.OUTCOME: _outcome,
    Kind.EXPIRED: _expired,
    Kind.ATTESTED: _attested,
    Kind.METADATA: _metadata,
    Kind.CUSTOMER_OUTCOME: _customer_outcome,
    Kind.OUTCOME_REJECTED: _outcome_rejected,
}


def _placeholder(body: str) -> str:
    """The outline of an enveloped signature, carriage returns included, over the digest of the body."""
    digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
    c14n = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
    return (
        f'<ds:Signature xmlns:ds="{SIGNATURE_NAMESPACE}" Id="Signature1"><ds:SignedInfo>'
        f'<ds:CanonicalizationMethod Algorithm="{c14n}"/>'
        '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>'
        '<ds:Reference URI=""><ds:Transforms>'
        f'<ds:Transform Algorithm="{SIGNATURE_NAMESPACE}enveloped-signature"/></ds:Transforms>'
        '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
        f"<ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
        f"<ds:SignatureValue>{digest}&#13;\n</ds:SignatureValue></ds:Signature>"
    )
