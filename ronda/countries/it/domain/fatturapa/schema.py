"""Names, order and codes of FatturaPA 1.2.x and of the simplified invoice (VFSM10).

Facts of the XSD 1.2.3 (Agenzia delle Entrate); only what the reader and the writer need.
"""

import re

NAMESPACE = "http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.2"
SIMPLIFIED_NAMESPACE = "http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.0"
OFFICIAL_NAMESPACES = frozenset({NAMESPACE, SIMPLIFIED_NAMESPACE})
# A namespace that is mistyped, old or absent is still ours if it speaks of these.
FAMILIAR_NAMESPACE = re.compile(r"fattur|agenziaentrate|sdi", re.IGNORECASE)

ORDINARY_ROOT = "FatturaElettronica"
SIMPLIFIED_ROOT = "FatturaElettronicaSemplificata"
# Roots of the messages that SdI sends beside the invoices (italy.md §1.5).
MESSAGE_ROOTS = frozenset(
    {
        "RicevutaConsegna", "NotificaScarto", "NotificaMancataConsegna", "NotificaEsito",
        "AttestazioneTrasmissioneFattura", "NotificaDecorrenzaTermini", "MetadatiInvioFile",
        "NotificaEsitoCommittente", "ScartoEsitoCommittente", "RicevutaScarto",
        "RicevutaImpossibilitaRecapito", "FileMetadati",
    }
)  # fmt: skip

VERSIONS = frozenset({"FPA12", "FPR12", "FSM10"})
KINDS = frozenset(f"TD{number:02}" for number in (1, 2, 3, 4, 5, 6, 7, 8, 9, *range(16, 30)))

_ADDRESS = "Indirizzo NumeroCivico CAP Comune Provincia Nazione"
_PARTY = "IdFiscaleIVA CodiceFiscale Denominazione Nome Cognome"
_DOCUMENT = "RiferimentoNumeroLinea IdDocumento Data NumItem CodiceCommessaConvenzione CodiceCUP CodiceCIG"
_SEQUENCES = {
    "FatturaElettronica": "FatturaElettronicaHeader FatturaElettronicaBody Signature",
    "FatturaElettronicaSemplificata": "FatturaElettronicaHeader FatturaElettronicaBody Signature",
    "FatturaElettronicaHeader": "DatiTrasmissione CedentePrestatore RappresentanteFiscale "
    "CessionarioCommittente TerzoIntermediarioOSoggettoEmittente SoggettoEmittente",
    "FatturaElettronicaBody": "DatiGenerali DatiBeniServizi DatiVeicoli DatiPagamento Allegati",
    "DatiTrasmissione": "IdTrasmittente ProgressivoInvio FormatoTrasmissione CodiceDestinatario "
    "ContattiTrasmittente PECDestinatario",
    "IdFiscaleIVA": "IdPaese IdCodice",
    "CedentePrestatore": f"DatiAnagrafici {_PARTY} Sede StabileOrganizzazione RappresentanteFiscale "
    "IscrizioneREA Contatti RiferimentoAmministrazione RegimeFiscale",
    "CessionarioCommittente": "IdentificativiFiscali AltriDatiIdentificativi DatiAnagrafici Sede "
    "StabileOrganizzazione RappresentanteFiscale",
    "DatiAnagrafici": "IdFiscaleIVA CodiceFiscale Anagrafica AlboProfessionale ProvinciaAlbo "
    "NumeroIscrizioneAlbo DataIscrizioneAlbo RegimeFiscale",
    "Anagrafica": "Denominazione Nome Cognome Titolo CodEORI",
    "Sede": _ADDRESS,
    "StabileOrganizzazione": _ADDRESS,
    "IscrizioneREA": "Ufficio NumeroREA CapitaleSociale SocioUnico StatoLiquidazione",
    "Contatti": "Telefono Fax Email",
    "DatiGenerali": "DatiGeneraliDocumento DatiFatturaRettificata DatiOrdineAcquisto DatiContratto "
    "DatiConvenzione DatiRicezione DatiFattureCollegate DatiSAL DatiDDT DatiTrasporto FatturaPrincipale",
    "DatiGeneraliDocumento": "TipoDocumento Divisa Data Numero BolloVirtuale DatiRitenuta DatiBollo "
    "DatiCassaPrevidenziale ScontoMaggiorazione ImportoTotaleDocumento Arrotondamento Causale Art73",
    "DatiRitenuta": "TipoRitenuta ImportoRitenuta AliquotaRitenuta CausalePagamento",
    "DatiBollo": "BolloVirtuale ImportoBollo",
    "DatiCassaPrevidenziale": "TipoCassa AlCassa ImportoContributoCassa ImponibileCassa AliquotaIVA "
    "Ritenuta Natura RiferimentoAmministrazione",
    "ScontoMaggiorazione": "Tipo Percentuale Importo",
    "DatiOrdineAcquisto": _DOCUMENT,
    "DatiContratto": _DOCUMENT,
    "DatiConvenzione": _DOCUMENT,
    "DatiRicezione": _DOCUMENT,
    "DatiFattureCollegate": _DOCUMENT,
    "DatiDDT": "NumeroDDT DataDDT RiferimentoNumeroLinea",
    "DatiBeniServizi": "Descrizione Importo DatiIVA Natura RiferimentoNormativo DettaglioLinee DatiRiepilogo",
    "DettaglioLinee": "NumeroLinea TipoCessionePrestazione CodiceArticolo Descrizione Quantita UnitaMisura "
    "DataInizioPeriodo DataFinePeriodo PrezzoUnitario ScontoMaggiorazione PrezzoTotale AliquotaIVA Ritenuta "
    "Natura RiferimentoAmministrazione AltriDatiGestionali",
    "AltriDatiGestionali": "TipoDato RiferimentoTesto RiferimentoNumero RiferimentoData",
    "DatiRiepilogo": "AliquotaIVA Natura SpeseAccessorie Arrotondamento ImponibileImporto Imposta "
    "EsigibilitaIVA RiferimentoNormativo",
    "DatiPagamento": "CondizioniPagamento DettaglioPagamento",
    "DettaglioPagamento": "Beneficiario ModalitaPagamento DataRiferimentoTerminiPagamento "
    "GiorniTerminiPagamento DataScadenzaPagamento ImportoPagamento CodUfficioPostale CognomeQuietanzante "
    "NomeQuietanzante CFQuietanzante TitoloQuietanzante IstitutoFinanziario IBAN ABI CAB BIC "
    "ScontoPagamentoAnticipato DataLimitePagamentoAnticipato PenalitaPagamentiRitardati DataDecorrenzaPenale "
    "CodicePagamento",
    "Allegati": "NomeAttachment AlgoritmoCompressione FormatoAttachment DescrizioneAttachment Attachment",
}

# Element → child → rank. The simplified and the ordinary form share names, never at odds in order.
ORDER: dict[str, dict[str, int]] = {
    parent: {child: rank for rank, child in enumerate(children.split())}
    for parent, children in _SEQUENCES.items()
}
