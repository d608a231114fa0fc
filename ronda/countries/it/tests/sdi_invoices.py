"""A small invoice and a small exchange for the tests of transmission."""

from datetime import datetime
from zoneinfo import ZoneInfo

NAMESPACE = "http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.2"
OPENING = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Europe/Rome"))


def invoice(*numbers, recipient="ABC1234", form="FPR12", kind="TD01", day="2026-03-01", pec=""):
    """An invoice of one line for each number, valid against the schema."""
    bodies = "".join(_body(number, kind, day) for number in numbers or ("1",))
    mailbox = f"<PECDestinatario>{pec}</PECDestinatario>" if pec else ""
    sede = "<Sede><Indirizzo>Via Roma 1</Indirizzo><CAP>20100</CAP><Comune>Milano</Comune>"
    sede += "<Nazione>IT</Nazione></Sede>"
    name = "<Anagrafica><Denominazione>{}</Denominazione></Anagrafica>"
    number = "<IdFiscaleIVA><IdPaese>IT</IdPaese><IdCodice>{}</IdCodice></IdFiscaleIVA>"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<p:FatturaElettronica xmlns:p="{NAMESPACE}" versione="{form}"><FatturaElettronicaHeader><DatiTrasmissione>
<IdTrasmittente><IdPaese>IT</IdPaese><IdCodice>01234567890</IdCodice></IdTrasmittente>
<ProgressivoInvio>1</ProgressivoInvio><FormatoTrasmissione>{form}</FormatoTrasmissione>
<CodiceDestinatario>{recipient}</CodiceDestinatario>{mailbox}</DatiTrasmissione>
<CedentePrestatore><DatiAnagrafici>{number.format("01234567890")}{name.format("Aria Srl")}
<RegimeFiscale>RF01</RegimeFiscale></DatiAnagrafici>{sede}</CedentePrestatore>
<CessionarioCommittente><DatiAnagrafici>{number.format("09876543210")}{name.format("Bianchi Srl")}
</DatiAnagrafici>{sede}</CessionarioCommittente></FatturaElettronicaHeader>{bodies}</p:FatturaElettronica>
""".encode()


def _body(number, kind, day):
    return f"""<FatturaElettronicaBody><DatiGenerali><DatiGeneraliDocumento>
<TipoDocumento>{kind}</TipoDocumento>
<Divisa>EUR</Divisa><Data>{day}</Data><Numero>{number}</Numero></DatiGeneraliDocumento></DatiGenerali>
<DatiBeniServizi><DettaglioLinee><NumeroLinea>1</NumeroLinea><Descrizione>Canone</Descrizione>
<PrezzoUnitario>100.00</PrezzoUnitario><PrezzoTotale>100.00</PrezzoTotale><AliquotaIVA>22.00</AliquotaIVA>
</DettaglioLinee><DatiRiepilogo><AliquotaIVA>22.00</AliquotaIVA><ImponibileImporto>100.00</ImponibileImporto>
<Imposta>22.00</Imposta></DatiRiepilogo></DatiBeniServizi></FatturaElettronicaBody>"""


def name(number):
    return f"IT01234567890_{number:05}.xml"
