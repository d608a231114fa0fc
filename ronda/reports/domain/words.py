"""The words of a document, in the language of its reader.

Tables and not gettext: the language is the recipient's, whoever prints.
"""

from ronda.reports.domain.formats import known

Words = dict[str, str]

TITLES: dict[str, Words] = {
    "invoice": {"it": "Fattura", "fr": "Facture", "en": "Invoice"},
    "credit_note": {"it": "Nota di credito", "fr": "Avoir", "en": "Credit note"},
    "advance": {"it": "Fattura di acconto", "fr": "Facture d’acompte", "en": "Advance invoice"},
}

_TABLE: dict[str, tuple[str, str, str]] = {  # Italian, French, English
    "number": ("Numero", "Numéro", "Number"),
    "date": ("Data", "Date", "Date"),
    "customer": ("Cliente", "Client", "Customer"),
    "customer_code": ("Codice cliente", "Code client", "Customer code"),
    "tax_id": ("Partita IVA", "N° TVA", "VAT no."),
    "registration_id": ("Codice fiscale", "SIREN/SIRET", "Registration no."),
    "recipient_code": ("Codice destinatario", "Adresse électronique", "E-invoice address"),
    "subject": ("Oggetto", "Objet", "Subject"),
    "order": ("Vostro ordine", "Votre commande", "Your order"),
    "ref_order": ("Vostro ordine", "Votre commande", "Your order"),
    "ref_contract": ("Contratto", "Contrat", "Contract"),
    "ref_agreement": ("Convenzione", "Accord-cadre", "Framework agreement"),
    "ref_reception": ("Ricezione", "Bon de réception", "Goods receipt"),
    "ref_delivery_note": ("DDT", "Bon de livraison", "Delivery note"),
    "ref_invoice": ("Fattura collegata", "Facture liée", "Linked invoice"),
    "ref_operation": ("Operazione", "Opération", "Operation"),
    "corrects": ("Rettifica", "Rectifie", "Corrects"),
    "of_date": ("del", "du", "of"),
    "description": ("Descrizione", "Désignation", "Description"),
    "quantity": ("Q.tà", "Qté", "Qty"),
    "price": ("Prezzo", "Prix unitaire", "Unit price"),
    "discount": ("Sconto", "Remise", "Discount"),
    "vat": ("IVA", "TVA", "VAT"),
    "amount": ("Importo", "Montant HT", "Amount"),
    "site_total": ("Totale sede", "Total du site", "Site total"),
    "taxable": ("Imponibile", "Base HT", "Taxable"),
    "rate": ("Aliquota", "Taux", "Rate"),
    "tax": ("Imposta", "Montant TVA", "Tax"),
    "vat_summary": ("Riepilogo IVA", "Récapitulatif TVA", "VAT summary"),
    "net_total": ("Totale imponibile", "Total HT", "Net total"),
    "before_advances": ("Imponibile prima degli acconti", "Total HT avant acomptes", "Net before advances"),
    "deducted": ("Acconti già fatturati", "Acomptes déjà facturés", "Advances already invoiced"),
    "vat_total": ("Totale IVA", "Total TVA", "VAT"),
    "gross_total": ("Totale documento", "Total TTC", "Total"),
    "header_discount": ("Sconto sul documento", "Remise globale", "Document discount"),
    "already_in_amounts": (
        "già compreso negli importi",
        "déjà comprise dans les montants",
        "already included in the amounts",
    ),
    "withholding": ("Ritenuta d’acconto", "Retenue à la source", "Withholding tax"),
    "split_vat": ("IVA a carico del cliente", "TVA versée par le client", "VAT paid by the customer"),
    "stamp_duty": ("Imposta di bollo", "Droit de timbre", "Stamp duty"),
    "payable": ("Totale da pagare", "Net à payer", "Amount due"),
    "credited": ("Totale a vostro credito", "Net en votre faveur", "Total credited"),
    "payment": ("Pagamento", "Règlement", "Payment"),
    "due_dates": ("Scadenze", "Échéances", "Due dates"),
    "due_date": ("Scadenza", "Échéance", "Due date"),
    "method": ("Modalità", "Mode", "Method"),
    "terms": ("Condizioni", "Conditions", "Terms"),
    "bank": ("Banca", "Banque", "Bank"),
    "reference": ("Causale", "Référence", "Reference"),
    "scan_to_pay": ("Inquadra per pagare", "Scannez pour payer", "Scan to pay"),
    "notes": ("Note", "Notes", "Notes"),
    "draft": ("BOZZA", "BROUILLON", "DRAFT"),
    "draft_number": ("bozza", "brouillon", "draft"),
    "page": ("Pagina", "Page", "Page"),
    "of": ("di", "sur", "of"),
    "other_services": ("Altre prestazioni", "Autres prestations", "Other services"),
    "appendix": ("Come nascono gli importi", "Détail des calculs", "How the amounts came about"),
    "copy": ("copia per la sede", "copie pour le site", "copy for the site"),
    "copy_total": ("Totale della sede", "Total du site", "Total of the site"),
    "copy_note": (
        "Copia per la sede «{site}» del documento {document} del {date}, intestato a {customer}, che ne deve "
        "l’importo. Non è l’originale fiscale.",
        "Copie pour le site « {site} » du document {document} du {date}, adressé à {customer}, qui en doit "
        "le montant. Ce n’est pas l’original fiscal.",
        "Copy for the site “{site}” of {document} of {date}, addressed to {customer}, who owes the amount. "
        "It is not the fiscal original.",
    ),
    "phone": ("Tel.", "Tél.", "Tel."),
}
_PLACE = {"it": 0, "fr": 1, "en": 2}

#: Names on the last line of an address abroad, by ISO code.
_COUNTRIES: dict[str, tuple[str, str, str]] = {
    "AT": ("Austria", "Autriche", "Austria"),
    "BE": ("Belgio", "Belgique", "Belgium"),
    "BG": ("Bulgaria", "Bulgarie", "Bulgaria"),
    "CH": ("Svizzera", "Suisse", "Switzerland"),
    "CY": ("Cipro", "Chypre", "Cyprus"),
    "CZ": ("Repubblica Ceca", "Tchéquie", "Czechia"),
    "DE": ("Germania", "Allemagne", "Germany"),
    "DK": ("Danimarca", "Danemark", "Denmark"),
    "EE": ("Estonia", "Estonie", "Estonia"),
    "ES": ("Spagna", "Espagne", "Spain"),
    "FI": ("Finlandia", "Finlande", "Finland"),
    "FR": ("Francia", "France", "France"),
    "GB": ("Regno Unito", "Royaume-Uni", "United Kingdom"),
    "GR": ("Grecia", "Grèce", "Greece"),
    "HR": ("Croazia", "Croatie", "Croatia"),
    "HU": ("Ungheria", "Hongrie", "Hungary"),
    "IE": ("Irlanda", "Irlande", "Ireland"),
    "IT": ("Italia", "Italie", "Italy"),
    "LT": ("Lituania", "Lituanie", "Lithuania"),
    "LU": ("Lussemburgo", "Luxembourg", "Luxembourg"),
    "LV": ("Lettonia", "Lettonie", "Latvia"),
    "MC": ("Monaco", "Monaco", "Monaco"),
    "MT": ("Malta", "Malte", "Malta"),
    "NL": ("Paesi Bassi", "Pays-Bas", "Netherlands"),
    "PL": ("Polonia", "Pologne", "Poland"),
    "PT": ("Portogallo", "Portugal", "Portugal"),
    "RO": ("Romania", "Roumanie", "Romania"),
    "SE": ("Svezia", "Suède", "Sweden"),
    "SI": ("Slovenia", "Slovénie", "Slovenia"),
    "SK": ("Slovacchia", "Slovaquie", "Slovakia"),
    "SM": ("San Marino", "Saint-Marin", "San Marino"),
    "US": ("Stati Uniti", "États-Unis", "United States"),
    "VA": ("Città del Vaticano", "Vatican", "Vatican City"),
}


def words(language: str) -> Words:
    """Every word of a document by its key, in a language (English where we have no other)."""
    place = _PLACE[known(language)]
    return {key: texts[place] for key, texts in _TABLE.items()}


def title(kind: str, language: str) -> str:
    """What the document is called: Fattura, Avoir, Credit note."""
    return TITLES[kind][known(language)]


def country_name(code: str, language: str) -> str:
    """The country as written on an envelope; its code where we know no name."""
    names = _COUNTRIES.get(code.upper())
    return names[_PLACE[known(language)]] if names else code.upper()
