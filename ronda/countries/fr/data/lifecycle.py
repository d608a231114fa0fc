"""Statuses of an invoice's life (XP Z12-012, message CDAR), reasons and actions.

Sources: codes 200 to 213, who sets them and what goes to the tax administration: administration's pages on
e-invoicing; lists of reasons per status: rules BR-FR-CDV-CL-09 of the FNFE-MPE rule set 1.4.0; UNTDID 1373
codes (MDT-88): official examples of annex B, where there is one. Names in Italian and English are ours.
Codes that are not here are kept as they come.
"""

from dataclasses import dataclass
from typing import Literal

Texts = dict[str, str]
Actor = Literal["seller", "buyer", "platform"]

#: MDT-77: type of the acknowledgement.
TRANSMISSION = "305"
PROCESSING = "23"

#: The public portal as recipient of what the tax administration must know (examples of annex B).
TAX_OFFICE_ID = "9998"
TAX_OFFICE_NAME = "PPF"

#: MDT-2 and MDT-3 (BR-FR-CDV-CL-01, BR-FR-CDV-02).
PROCESSES = ("REGULATED", "NON_REGULATED", "B2C", "B2CINT", "B2BINT", "OUTOFSCOPE")
PROFILE = "urn.cpro.gouv.fr:1p0:CDV:invoice"

#: BR-FR-04: kinds of documents a status may speak of.
DOCUMENT_KINDS = frozenset(
    "380 389 393 501 386 500 384 471 472 473 261 262 381 396 502 503".split()  # noqa: SIM905
)
#: BR-FR-16: rates a collected amount may be at.
VAT_RATES = (
    "0",
    "0.9",
    "1.05",
    "1.75",
    "2.1",
    "5.5",
    "7",
    "8.5",
    "9.2",
    "9.6",
    "10",
    "13",
    "19.6",
    "20",
    "20.6",
)


@dataclass(frozen=True, slots=True)
class StatusRow:
    """code: MDT-105; set_by: whose status it is; document_status: MDT-88, empty where no example says it."""

    code: str
    set_by: Actor
    names: Texts
    document_status: str = ""
    to_tax_office: bool = False
    final: bool = False

    @property
    def phase(self) -> str:
        """305 for what a platform says of the transport, 23 for what seller and buyer say."""
        return TRANSMISSION if self.set_by == "platform" else PROCESSING


def _row(code: str, set_by: Actor, fr: str, it: str, en: str, document_status: str = "") -> StatusRow:
    names = {"fr": fr, "it": it, "en": en}
    return StatusRow(
        code, set_by, names, document_status, code in {"200", "210", "212", "213"}, code in {"210", "213"}
    )


STATUSES = {
    row.code: row
    for row in (
        _row("200", "platform", "Déposée", "Depositata", "Submitted", "10"),
        _row(
            "201", "platform", "Émise par la plateforme", "Emessa dalla piattaforma", "Issued by the platform"
        ),
        _row(
            "202",
            "platform",
            "Reçue par la plateforme",
            "Ricevuta dalla piattaforma del cliente",
            "Received by the customer's platform",
            "43",
        ),
        _row("203", "platform", "Mise à disposition", "Messa a disposizione", "Made available"),
        _row("204", "buyer", "Prise en charge", "Presa in carico", "Taken in hand", "45"),
        _row("205", "buyer", "Approuvée", "Approvata", "Approved", "1"),
        _row("206", "buyer", "Approuvée partiellement", "Approvata in parte", "Approved in part"),
        _row("207", "buyer", "En litige", "Contestata", "Disputed", "46"),
        _row("208", "buyer", "Suspendue", "Sospesa", "Suspended"),
        _row("209", "seller", "Complétée", "Completata", "Completed"),
        _row("210", "buyer", "Refusée", "Rifiutata", "Refused"),
        _row("211", "buyer", "Paiement transmis", "Pagamento disposto", "Payment sent"),
        _row("212", "seller", "Encaissée", "Incassata", "Collected", "47"),
        _row("213", "platform", "Rejetée", "Scartata", "Rejected"),
        _row("221", "platform", "Erreur de routage", "Errore di instradamento", "Routing error"),
        _row("501", "platform", "Irrecevable", "Irricevibile", "Inadmissible"),
    )
}

_CONTENT = "TX_TVA_ERR MONTANTTOTAL_ERR CALCUL_ERR NON_CONFORME DOUBLON"
_ORDER = "CMD_ERR SIRET_ERR CODE_ROUTAGE_ERR REF_CT_ABSENT REF_ERR"
_GOODS = "PU_ERR REM_ERR QTE_ERR ART_ERR MODPAI_ERR QUALITE_ERR LIVR_INCOMP"

#: BR-FR-CDV-CL-09 by status; for 210 the list between businesses (public bodies have a longer one).
REASONS_OF: dict[str, tuple[str, ...]] = {
    code: tuple(codes.split())
    for code, codes in {
        "200": "NON_TRANSMISE",
        "206": f"AUTRE {_ORDER} {_GOODS}",
        "207": f"AUTRE COORD_BANC_ERR {_CONTENT} DEST_INC DEST_ERR TRANSAC_INC EMMET_INC CONTRAT_TERM "
        f"DOUBLE_FACT CMD_ERR ADR_ERR SIRET_ERR CODE_ROUTAGE_ERR REF_CT_ABSENT REF_ERR {_GOODS}",
        "208": f"JUSTIF_ABS COORD_BANC_ERR {_ORDER}",
        "210": f"{_CONTENT} DEST_ERR TRANSAC_INC EMMET_INC CONTRAT_TERM DOUBLE_FACT CMD_ERR "
        "ADR_ERR REF_CT_ABSENT",
        "213": "MONTANTTOTAL_ERR CALCUL_ERR DOUBLON DEST_INC ADR_ERR REJ_SEMAN REJ_UNI REJ_COH REJ_ADR "
        "REJ_CONT_B2G REJ_REF_PJ REJ_ASS_PJ",
        "221": "ROUTAGE_ERR",
        "501": "IRR_VIDE_F IRR_TYPE_F IRR_SYNTAX IRR_TAILLE_PJ IRR_NOM_PJ IRR_VID_PJ IRR_EXT_DOC "
        "IRR_TAILLE_F IRR_ANTIVIRUS IRR_NOM_F",
    }.items()
}
#: BR-FR-CDV-15: statuses that say nothing without a reason.
NEED_REASON = frozenset({"206", "207", "208", "210", "213", "501"})

REASONS: dict[str, Texts] = {
    "NON_TRANSMISE": {
        "fr": "Destinataire non joignable",
        "it": "Destinatario non raggiungibile",
        "en": "Recipient not reachable",
    },
    "JUSTIF_ABS": {
        "fr": "Justificatif absent ou insuffisant",
        "it": "Giustificativo assente o insufficiente",
        "en": "Supporting document missing or insufficient",
    },
    "ROUTAGE_ERR": {"fr": "Erreur de routage", "it": "Errore di instradamento", "en": "Routing error"},
    "AUTRE": {"fr": "Autre", "it": "Altro", "en": "Other"},
    "COORD_BANC_ERR": {
        "fr": "Erreur de coordonnées bancaires",
        "it": "Coordinate bancarie errate",
        "en": "Wrong bank details",
    },
    "TX_TVA_ERR": {"fr": "Taux de TVA erroné", "it": "Aliquota IVA errata", "en": "Wrong VAT rate"},
    "MONTANTTOTAL_ERR": {"fr": "Montant total erroné", "it": "Importo totale errato", "en": "Wrong total"},
    "CALCUL_ERR": {"fr": "Erreur de calcul", "it": "Errore di calcolo", "en": "Calculation error"},
    "NON_CONFORME": {
        "fr": "Mention légale manquante",
        "it": "Dicitura di legge mancante",
        "en": "Legal mention missing",
    },
    "DOUBLON": {"fr": "Facture en doublon", "it": "Fattura doppia", "en": "Same invoice received twice"},
    "DEST_INC": {"fr": "Destinataire inconnu", "it": "Destinatario sconosciuto", "en": "Unknown recipient"},
    "DEST_ERR": {"fr": "Erreur de destinataire", "it": "Destinatario errato", "en": "Wrong recipient"},
    "TRANSAC_INC": {
        "fr": "Transaction inconnue",
        "it": "Operazione sconosciuta",
        "en": "Unknown transaction",
    },
    "EMMET_INC": {"fr": "Émetteur inconnu", "it": "Emittente sconosciuto", "en": "Unknown sender"},
    "CONTRAT_TERM": {"fr": "Contrat terminé", "it": "Contratto terminato", "en": "Contract ended"},
    "DOUBLE_FACT": {"fr": "Double facture", "it": "Prestazione fatturata due volte", "en": "Invoiced twice"},
    "CMD_ERR": {
        "fr": "Numéro de commande incorrect ou manquant",
        "it": "Numero d'ordine errato o mancante",
        "en": "Order number wrong or missing",
    },
    "ADR_ERR": {
        "fr": "Adresse de facturation électronique erronée",
        "it": "Indirizzo elettronico errato",
        "en": "Wrong electronic address",
    },
    "SIRET_ERR": {
        "fr": "SIRET erroné ou absent",
        "it": "SIRET errato o assente",
        "en": "SIRET wrong or missing",
    },
    "CODE_ROUTAGE_ERR": {
        "fr": "Code routage absent ou erroné",
        "it": "Codice di instradamento assente o errato",
        "en": "Routing code missing or wrong",
    },
    "REF_CT_ABSENT": {
        "fr": "Référence contractuelle nécessaire absente",
        "it": "Riferimento al contratto assente",
        "en": "Contract reference missing",
    },
    "REF_ERR": {"fr": "Référence incorrecte", "it": "Riferimento errato", "en": "Wrong reference"},
    "PU_ERR": {"fr": "Prix unitaires incorrects", "it": "Prezzi unitari errati", "en": "Wrong unit prices"},
    "REM_ERR": {"fr": "Remise erronée", "it": "Sconto errato", "en": "Wrong discount"},
    "QTE_ERR": {
        "fr": "Quantité facturée incorrecte",
        "it": "Quantità fatturata errata",
        "en": "Wrong quantity",
    },
    "ART_ERR": {"fr": "Article facturé incorrect", "it": "Articolo fatturato errato", "en": "Wrong item"},
    "MODPAI_ERR": {
        "fr": "Modalités de paiement incorrectes",
        "it": "Condizioni di pagamento errate",
        "en": "Wrong payment terms",
    },
    "QUALITE_ERR": {
        "fr": "Qualité d'article livré incorrecte",
        "it": "Qualità della fornitura non conforme",
        "en": "Quality not as agreed",
    },
    "LIVR_INCOMP": {"fr": "Problème de livraison", "it": "Consegna incompleta", "en": "Delivery problem"},
    "REJ_SEMAN": {"fr": "Rejet sémantique", "it": "Scarto semantico", "en": "Semantic rejection"},
    "REJ_UNI": {
        "fr": "Rejet sur contrôle d'unicité",
        "it": "Scarto per numero già usato",
        "en": "Not unique",
    },
    "REJ_COH": {
        "fr": "Rejet sur cohérence de données",
        "it": "Scarto per dati incoerenti",
        "en": "Inconsistent data",
    },
    "REJ_ADR": {
        "fr": "Rejet sur contrôle d'adressage",
        "it": "Scarto per indirizzo",
        "en": "Address check failed",
    },
    "REJ_CONT_B2G": {
        "fr": "Rejet sur contrôles métier du secteur public",
        "it": "Scarto per i controlli del settore pubblico",
        "en": "Checks of the public sector failed",
    },
    "REJ_REF_PJ": {
        "fr": "Rejet sur référence de pièce jointe",
        "it": "Scarto per riferimento di allegato",
        "en": "Reference of an attachment",
    },
    "REJ_ASS_PJ": {
        "fr": "Rejet sur association de pièce jointe",
        "it": "Scarto per abbinamento di allegato",
        "en": "Attachment not matched",
    },
    "IRR_VIDE_F": {"fr": "Fichier vide", "it": "File vuoto", "en": "Empty file"},
    "IRR_TYPE_F": {
        "fr": "Type ou extension du fichier non conforme",
        "it": "Tipo o estensione del file non ammessi",
        "en": "Kind of file not allowed",
    },
    "IRR_SYNTAX": {"fr": "Erreur de syntaxe", "it": "Errore di sintassi", "en": "Syntax error"},
    "IRR_TAILLE_PJ": {
        "fr": "Pièce jointe trop volumineuse",
        "it": "Allegato troppo grande",
        "en": "Attachment too large",
    },
    "IRR_NOM_PJ": {
        "fr": "Nom de pièce jointe non conforme",
        "it": "Nome dell'allegato non ammesso",
        "en": "Name of an attachment not allowed",
    },
    "IRR_VID_PJ": {"fr": "Pièce jointe vide", "it": "Allegato vuoto", "en": "Empty attachment"},
    "IRR_EXT_DOC": {
        "fr": "Extension de pièce jointe non conforme",
        "it": "Estensione dell'allegato non ammessa",
        "en": "Kind of attachment not allowed",
    },
    "IRR_TAILLE_F": {"fr": "Fichier trop volumineux", "it": "File troppo grande", "en": "File too large"},
    "IRR_ANTIVIRUS": {"fr": "Virus détecté", "it": "Virus rilevato", "en": "Virus found"},
    "IRR_NOM_F": {
        "fr": "Nom de fichier non conforme",
        "it": "Nome del file non ammesso",
        "en": "File name not allowed",
    },
}

#: Reasons only public bodies refuse by (BR-FR-CDV-CL-09, 210 B2G): read, never written by us.
PUBLIC_BODY_REASONS = frozenset(
    {"RETRAIT_MAN_SERV", "ST_CT_NON_DECLAR", "SUPPR_COMP_AVOIR", "TRANSF_PMNT_REGIE", "CONTACT_ACHTR"}
)

#: MDT-121: what is asked of the other side (BR-FR-CDV-CL-10).
ACTIONS: dict[str, Texts] = {
    "NOA": {"fr": "Aucune action", "it": "Nessuna azione", "en": "Nothing"},
    "PIN": {
        "fr": "Fournir une information",
        "it": "Fornire un'informazione",
        "en": "Give a piece of information",
    },
    "NIN": {
        "fr": "Créer une facture rectificative",
        "it": "Emettere una fattura rettificativa",
        "en": "Issue a corrective invoice",
    },
    "CNF": {
        "fr": "Créer un avoir total",
        "it": "Emettere una nota di credito totale",
        "en": "Credit in full",
    },
    "CNP": {
        "fr": "Créer un avoir partiel",
        "it": "Emettere una nota di credito parziale",
        "en": "Credit in part",
    },
    "CNA": {
        "fr": "Créer un avoir du montant déjà réglé",
        "it": "Emettere una nota di credito per il pagato",
        "en": "Credit what was paid",
    },
    "OTH": {"fr": "Autre", "it": "Altro", "en": "Other"},
}

#: What a buyer may say next, by what was said last ("" before anything): our reading of the status table.
ANSWERS_AFTER: dict[str, tuple[str, ...]] = {
    "": ("204", "205", "206", "207", "208", "210", "211"),
    "204": ("205", "206", "207", "208", "210", "211"),
    "205": ("207", "211"),
    "206": ("205", "207", "211"),
    "207": ("205", "206", "210", "211"),
    "208": ("205", "206", "207", "210"),
    "209": ("205", "206", "207", "208", "210", "211"),
    "211": ("207", "211"),
    "212": ("207", "211"),
}


def name_of(code: str, language: str) -> str:
    """The status in a person's language; the code itself when it is one we do not know."""
    row = STATUSES.get(code)
    return row.names.get(language, row.names["en"]) if row else code


def reason_name(code: str, language: str) -> str:
    """The reason in a person's language; the code itself when it is one we do not know."""
    names = REASONS.get(code, {})
    return names.get(language) or names.get("en", code)


def action_name(code: str, language: str) -> str:
    """What is asked, in a person's language; the code itself when it is one we do not know."""
    names = ACTIONS.get(code, {})
    return names.get(language) or names.get("en", code)
