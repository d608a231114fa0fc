"""The words of contracts and amendments, in the language of their reader.

Tables and not gettext, as in `words`: the language is the recipient's, whoever prints.
"""

from collections.abc import Mapping
from typing import Any

from ronda.reports.domain.formats import known

_PLACE = {"it": 0, "fr": 1, "en": 2}
Row = tuple[str, str, str]  # Italian, French, English

TITLES: Mapping[str, Row] = {
    "contract": ("Contratto", "Contrat", "Contract"),
    "amendment": ("Modifica contrattuale", "Avenant", "Amendment"),
}

_TABLE: Mapping[str, Row] = {
    "between": ("Tra", "Entre", "Between"),
    "supplier": ("il fornitore", "le prestataire", "the supplier"),
    "and_with": ("e", "et", "and"),
    "customer": ("il cliente", "le client", "the customer"),
    "payer": ("Intestatario delle fatture", "Facturé à", "Invoices go to"),
    "tax_id": ("Partita IVA", "N° TVA", "VAT no."),
    "registration_id": ("Codice fiscale", "SIREN/SIRET", "Registration no."),
    "subject": ("Oggetto", "Objet", "Subject"),
    "duration": ("Durata", "Durée", "Duration"),
    "services": ("Servizi e corrispettivi", "Prestations et prix", "Services and prices"),
    "service": ("Servizio", "Prestation", "Service"),
    "site": ("Sede", "Site", "Site"),
    "quantity": ("Q.tà", "Qté", "Qty"),
    "price": ("Canone", "Prix", "Price"),
    "discount": ("Sconto", "Remise", "Discount"),
    "billing": ("Fatturazione", "Facturation", "Billing"),
    "yearly": ("Importo annuo", "Montant annuel", "Per year"),
    "yearly_total": ("Totale annuo", "Total annuel", "Total per year"),
    "agreed": ("Condizioni particolari", "Conditions particulières", "Particular terms"),
    "payment": ("Pagamento", "Règlement", "Payment"),
    "vat": ("IVA", "TVA", "VAT"),
    "vat_note": (
        "Gli importi si intendono al netto dell’IVA, dovuta nella misura di legge.",
        "Les montants s’entendent hors taxes ; la TVA est due au taux en vigueur.",
        "Amounts are net of VAT, which is due at the rate of the law.",
    ),
    "order": ("Vostro ordine", "Votre commande", "Your order"),
    "suspension": ("Sospensione", "Suspension", "Suspension"),
    "termination": ("Cessazione anticipata", "Résiliation anticipée", "Early end"),
    "renewal": ("Rinnovo e disdetta", "Reconduction et résiliation", "Renewal and notice"),
    "indexation": ("Adeguamento dei prezzi", "Révision des prix", "Adjustment of prices"),
    "conditions": ("Condizioni generali", "Conditions générales", "General conditions"),
    "version": ("versione", "version", "version"),
    "signatures": ("Firme", "Signatures", "Signatures"),
    "place_and_day": ("Luogo e data", "Fait à, le", "Place and date"),
    "signed_by": ("Firma", "Signature", "Signature"),
    "draft": ("BOZZA", "PROJET", "DRAFT"),
    "page": ("Pagina", "Page", "Page"),
    "of": ("di", "sur", "of"),
    "amends": ("Modifica il contratto", "Modifie le contrat", "Amends contract"),
    "effective": ("Con effetto dal", "À compter du", "From"),
    "decided": ("Concordata il", "Convenu le", "Agreed on"),
    "reason": ("Motivo", "Motif", "Reason"),
    "adjustment": ("Documento di rettifica", "Document de régularisation", "Adjustment document"),
    "settlement": ("Quanto già fatturato", "Déjà facturé", "What was billed already"),
    "changes": ("Che cosa cambia", "Ce qui change", "What changes"),
    "before": ("Prima", "Avant", "Before"),
    "after": ("Dopo", "Après", "After"),
    "nothing": ("—", "—", "—"),
    "unchanged": (
        "Resta fermo tutto quanto non è qui modificato.",
        "Toutes les clauses non modifiées demeurent inchangées.",
        "Everything that is not changed here stays as it is.",
    ),
    "phone": ("Tel.", "Tél.", "Tel."),
}

#: What stands above the place to sign, by language.
CUSTOM: Mapping[str, str] = {"fr": "Faire précéder la signature de la mention manuscrite « Lu et approuvé »."}
#: Clauses to be approved one by one under Italian law (artt. 1341 and 1342 of the civil code).
SECOND_SIGNATURE = (
    "Ai sensi e per gli effetti degli artt. 1341 e 1342 c.c. il cliente dichiara di approvare"
    " specificamente le seguenti clausole: %(clauses)s."
)

_BASIS: Mapping[str, Row] = {
    "period": ("a periodo", "par période", "per period"),
    "month": ("al mese", "par mois", "per month"),
    "year": ("all’anno", "par an", "per year"),
}
_EVERY: Mapping[tuple[str, int], Row] = {
    ("once", 1): ("una tantum", "en une fois", "once"),
    ("week", 1): ("ogni settimana", "chaque semaine", "every week"),
    ("month", 1): ("ogni mese", "chaque mois", "every month"),
    ("month", 2): ("ogni due mesi", "tous les deux mois", "every two months"),
    ("month", 3): ("ogni tre mesi", "tous les trois mois", "every three months"),
    ("month", 4): ("ogni quattro mesi", "tous les quatre mois", "every four months"),
    ("month", 6): ("ogni sei mesi", "tous les six mois", "every six months"),
    ("month", 12): ("ogni anno", "chaque année", "every year"),
}
_COUNTED: Mapping[str, Row] = {
    "month": ("ogni %s mesi", "tous les %s mois", "every %s months"),
    "week": ("ogni %s settimane", "toutes les %s semaines", "every %s weeks"),
}
_TIMING: Mapping[str, Row] = {
    "advance": ("anticipata", "à terme à échoir", "in advance"),
    "arrears": ("posticipata", "à terme échu", "in arrears"),
}
_SENTENCES: Mapping[str, Row] = {
    "fixed": (
        "Dal %(first)s al %(last)s, estremi compresi.",
        "Du %(first)s au %(last)s inclus.",
        "From %(first)s to %(last)s, both days included.",
    ),
    "open": ("Dal %(first)s, a tempo indeterminato.", "À compter du %(first)s, sans terme fixé.",
             "From %(first)s, without a fixed end."),
    "suspension_billed": ("Nei giorni di sospensione il canone resta dovuto",
                          "La redevance reste due pendant une suspension",
                          "The fee remains due during a suspension"),
    "suspension_free": ("Nei giorni di sospensione il canone non è dovuto",
                        "La redevance n’est pas due pendant une suspension",
                        "No fee is due during a suspension"),
    "suspension_extends": ("la scadenza si sposta di altrettanti giorni.", "le terme est reporté d’autant.",
                           "the last day moves by as many days."),
    "suspension_keeps": ("la scadenza non cambia.", "le terme ne change pas.", "the last day does not move."),
    "settles_credit": ("Quanto fatturato per giorni non più dovuti è stornato con nota di credito.",
                       "Ce qui a été facturé au-delà fait l’objet d’un avoir.",
                       "What was billed for days no longer owed is given back by credit note."),
    "settles_offset": ("Quanto fatturato per giorni non più dovuti è stornato e compensato con lo scoperto.",
                       "Ce qui a été facturé au-delà est compensé avec les sommes restant dues.",
                       "What was billed for days no longer owed is set against what is unpaid."),
    "settles_refund": ("Quanto fatturato per giorni non più dovuti è stornato e rimborsato.",
                       "Ce qui a été facturé au-delà est remboursé.",
                       "What was billed for days no longer owed is paid back."),
    "settles_wallet": ("Quanto fatturato per giorni non più dovuti resta a credito del cliente.",
                       "Ce qui a été facturé au-delà est porté au crédit du client.",
                       "What was billed for days no longer owed is kept to the customer’s credit."),
    "settles_nothing": ("Quanto già fatturato non viene restituito.",
                        "Les sommes déjà facturées restent acquises.",
                        "What was billed is not given back."),
    "renewal_tacit": ("Alla scadenza si rinnova tacitamente per %(months)s, salvo disdetta da comunicare",
                      "À son terme, il est reconduit tacitement pour %(months)s, sauf résiliation notifiée",
                      "At its end it renews by itself for %(months)s, unless notice is given"),
    "renewal_consent": ("Alla scadenza si rinnova per %(months)s solo con l’accordo delle parti.",
                        "À son terme, il n’est renouvelé pour %(months)s que d’un commun accord.",
                        "At its end it is renewed for %(months)s only if both agree."),
    "renewal_none": ("Alla scadenza cessa senza bisogno di disdetta.",
                     "Il prend fin à son terme sans autre formalité.",
                     "It ends on its last day without notice."),
    "notice": (" %(channel)s almeno %(time)s prima.", " %(channel)s au moins %(time)s avant.",
               " %(channel)s at least %(time)s before."),
    "index": ("I prezzi seguono %(share)s%% della variazione dell’indice %(index)s, ogni %(months)s.",
              "Les prix suivent %(share)s %% de la variation de l’indice %(index)s, tous les %(months)s.",
              "Prices follow %(share)s%% of the change of the index %(index)s, every %(months)s."),
    "index_fixed": ("I prezzi aumentano del %(share)s%% ogni %(months)s.",
                    "Les prix sont révisés de %(share)s %% tous les %(months)s.",
                    "Prices are adjusted by %(share)s%% every %(months)s."),
    "mail_subject": ("%(title)s %(number)s", "%(title)s %(number)s", "%(title)s %(number)s"),
    "mail_body": (
        "Gentile cliente,\n\nin allegato trova %(title)s %(number)s.\nLa preghiamo di restituircene copia"
        " firmata.\n\nCordiali saluti\n%(seller)s",
        "Bonjour,\n\nveuillez trouver ci-joint %(title)s %(number)s.\nMerci de nous en retourner un"
        " exemplaire signé.\n\nCordialement\n%(seller)s",
        "Dear customer,\n\nplease find attached %(title)s %(number)s.\nKindly return a signed copy to us.\n\n"
        "Kind regards\n%(seller)s",
    ),
}  # fmt: skip
_CHANNELS: Mapping[str, Row] = {
    "registered": ("con raccomandata", "par lettre recommandée", "by registered letter"),
    "pec": ("via PEC", "par courrier électronique certifié", "by certified e-mail"),
    "mail": ("per e-mail", "par courriel", "by e-mail"),
}
_TIMES: Mapping[str, tuple[Row, Row]] = {
    "month": (("1 mese", "1 mois", "1 month"), ("%s mesi", "%s mois", "%s months")),
    "day": (("1 giorno", "1 jour", "1 day"), ("%s giorni", "%s jours", "%s days")),
}
_KINDS: Mapping[str, Row] = {
    "change": ("Modifica", "Modification", "Change"),
    "index": ("Adeguamento dei prezzi", "Révision des prix", "Adjustment of prices"),
    "renewal": ("Rinnovo", "Renouvellement", "Renewal"),
    "transfer": ("Cambio dell’intestatario", "Changement de payeur", "Other payer"),
    "suspension": ("Sospensione", "Suspension", "Suspension"),
    "termination": ("Cessazione", "Résiliation", "Termination"),
    "resumption": ("Ripresa", "Reprise", "Taken up again"),
}
#: The fields of a change that are printed, in this order.
FIELDS: Mapping[str, Row] = {
    "text": ("Descrizione", "Désignation", "Description"),
    "quantity": ("Quantità", "Quantité", "Quantity"),
    "price": ("Prezzo", "Prix", "Price"),
    "discount": ("Sconto", "Remise", "Discount"),
    "site": ("Sede", "Site", "Site"),
    "rhythm": ("Periodicità", "Périodicité", "Rhythm"),
    "timing": ("Fatturazione", "Facturation", "Billed"),
    "payer": ("Intestatario", "Payeur", "Payer"),
    "suspension": ("Sospensione", "Suspension", "Suspension"),
    "ends_on": ("Ultimo giorno", "Dernier jour", "Last day"),
}
_STATES: Mapping[str, Row] = {
    "added": ("nuovo servizio", "nouvelle prestation", "new service"),
    "ended": ("non più compreso", "supprimée", "no longer included"),
}


def words(language: str) -> dict[str, str]:
    """Every word of a contract's layout by its key."""
    return {key: _said(row, language) for key, row in _TABLE.items()}


def title(kind: str, language: str) -> str:
    """Contratto, Avenant, Amendment."""
    return _said(TITLES[kind], language)


def kind_of_change(kind: str, language: str) -> str:
    """What an amendment is about; an unknown kind is called a change."""
    return _said(_KINDS.get(kind, _KINDS["change"]), language)


def state_of_fee(code: str, language: str) -> str:
    """ "added" or "ended" in words."""
    return _said(_STATES[code], language)


def field(name: str, language: str) -> str:
    """The name of a changed field."""
    return _said(FIELDS[name], language) if name in FIELDS else name


def sentence(code: str, language: str, **facts: Any) -> str:
    """A sentence of the particular terms, filled in; mapping keys as in the table above."""
    said = _said(_SENTENCES[code], language)
    return said % facts if facts else said


def settles(code: str, language: str) -> str:
    """What becomes of money billed too much."""
    return sentence(f"settles_{code}", language) if f"settles_{code}" in _SENTENCES else ""


def basis(code: str, language: str) -> str:
    """What a price is for: "al mese"."""
    return _said(_BASIS[code], language) if code in _BASIS else code


def rhythm(unit: str, every: int, language: str) -> str:
    """How often a fee is billed: "ogni tre mesi"."""
    if unit == "once":
        every = 1
    if (unit, every) in _EVERY:
        return _said(_EVERY[unit, every], language)
    return _said(_COUNTED[unit], language) % every


def timing(code: str, language: str) -> str:
    """In advance or in arrears, as said of a bill."""
    return _said(_TIMING[code], language) if code in _TIMING else code


def channel(code: str, language: str) -> str:
    """How a notice has to be sent."""
    return _said(_CHANNELS[code], language)


def time(number: int, unit: str, language: str) -> str:
    """ "3 mesi", "1 day"."""
    one, many = _TIMES[unit]
    return _said(one, language) if number == 1 else _said(many, language) % number


def _said(row: Row, language: str) -> str:
    return row[_PLACE[known(language)]]
