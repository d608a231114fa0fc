"""Sentences printed on French documents, by language of the document.

Tables and not gettext: the language is the recipient's, whoever prints. Sources: art. 242
nonies A annexe II CGI, art. L441-9, L441-10 and D441-5 Code de commerce, art. R123-237 and
R123-238 Code de commerce. The texts under PMT, PMD and AAB go into the e-invoice too (BR-FR-05).
"""

Texts = dict[str, str]

DEFAULT_LANGUAGE = "fr"

IDENTITY: dict[str, Texts] = {
    "form": {"fr": "{form}", "it": "{form}", "en": "{form}"},
    "form_capital": {
        "fr": "{form} au capital de {amount} €",
        "it": "{form} con capitale di {amount} €",
        "en": "{form} with a capital of EUR {amount}",
    },
    "siren": {"fr": "SIREN {number}", "it": "SIREN {number}", "en": "SIREN {number}"},
    "siret": {"fr": "SIRET {number}", "it": "SIRET {number}", "en": "SIRET {number}"},
    "register": {"fr": "{number} RCS {place}", "it": "{number} RCS {place}", "en": "{number} RCS {place}"},
    "tax_id": {
        "fr": "N° TVA intracommunautaire {number}",
        "it": "N. IVA intracomunitaria {number}",
        "en": "VAT no. {number}",
    },
    "in_liquidation": {
        "fr": "Société en liquidation",
        "it": "Società in liquidazione",
        "en": "Company in liquidation",
    },
}

#: By VAT code of the pack first, then by nature; French uses the law kept on the VAT code.
VAT: dict[str, Texts] = {
    "VATEX-FR-FRANCHISE": {
        "it": "IVA non applicabile, art. 293 B del CGI (franchigia)",
        "en": "VAT not applicable, art. 293 B CGI (small business exemption)",
    },
    "VATEX-FR-AE": {
        "it": "Inversione contabile - art. 283-2 nonies del CGI",
        "en": "Reverse charge - art. 283-2 nonies CGI",
    },
    "VATEX-EU-AE": {
        "it": "Inversione contabile - art. 44 e 196 della direttiva 2006/112/CE",
        "en": "Reverse charge - art. 44 and 196 Directive 2006/112/EC",
    },
    "VATEX-EU-IC": {
        "it": "Cessione intracomunitaria esente, art. 262 ter, I del CGI, art. 138 direttiva 2006/112/CE",
        "en": "Intra-EU supply exempt from VAT, art. 262 ter, I CGI, art. 138 Directive 2006/112/EC",
    },
    "VATEX-EU-G": {
        "it": "Esportazione esente da IVA, art. 262, I del CGI",
        "en": "Export exempt from VAT, art. 262, I CGI",
    },
    "VATEX-EU-O": {
        "it": "IVA francese non applicabile - art. 259-1° del CGI",
        "en": "French VAT not applicable - art. 259-1° CGI",
    },
    "VATEX-FR-CGI261-4": {
        "it": "Operazione esente da IVA, art. 261, 4 del CGI",
        "en": "Exempt from VAT, art. 261, 4 CGI",
    },
    "VATEX-FR-CGI261-7": {
        "it": "Operazione esente da IVA, art. 261, 7 del CGI",
        "en": "Exempt from VAT, art. 261, 7 CGI",
    },
    "VATEX-FR-CGI261D-2": {
        "it": "Operazione esente da IVA, art. 261 D del CGI",
        "en": "Exempt from VAT, art. 261 D CGI",
    },
    "VATEX-EU-F": {
        "it": "Regime del margine - beni usati, art. 297 A del CGI",
        "en": "Margin scheme - second-hand goods, art. 297 A CGI",
    },
    "VATEX-EU-79-C": {
        "it": "Spese anticipate per conto del cliente, art. 267, II-2° del CGI",
        "en": "Disbursements on the customer's behalf, art. 267, II-2° CGI",
    },
}

#: Category of the operation, by `DocumentFacts.supply`.
SUPPLY: dict[str, Texts] = {
    "services": {
        "fr": "Catégorie de l'opération : prestation de services",
        "it": "Categoria dell'operazione: prestazione di servizi",
        "en": "Category of the operation: services",
    },
    "goods": {
        "fr": "Catégorie de l'opération : livraison de biens",
        "it": "Categoria dell'operazione: cessione di beni",
        "en": "Category of the operation: goods",
    },
    "mixed": {
        "fr": "Catégorie de l'opération : livraison de biens et prestation de services",
        "it": "Categoria dell'operazione: cessione di beni e prestazione di servizi",
        "en": "Category of the operation: goods and services",
    },
}

OTHER: dict[str, Texts] = {
    "customer_siren": {
        "fr": "SIREN du client : {number}",
        "it": "SIREN del cliente: {number}",
        "en": "Customer's SIREN: {number}",
    },
    "debits": {
        "fr": "Option pour le paiement de la taxe d'après les débits",
        "it": "Opzione per il pagamento dell'IVA all'emissione della fattura (“débits”)",
        "en": "Option for VAT on debits (due on invoicing)",
    },
    "AAB": {
        "fr": "Pas d'escompte pour paiement anticipé",
        "it": "Nessuno sconto per pagamento anticipato",
        "en": "No discount for early payment",
    },
    "AAB_terms": {
        "fr": "Escompte pour paiement anticipé : {terms}",
        "it": "Sconto per pagamento anticipato: {terms}",
        "en": "Discount for early payment: {terms}",
    },
    "PMD": {
        "fr": "En cas de retard de paiement, pénalités exigibles sans rappel au taux de refinancement de la"
        " BCE majoré de {points} points",
        "it": "In caso di ritardo, interessi dovuti senza sollecito al tasso di rifinanziamento della BCE"
        " più {points} punti",
        "en": "Late payment: interest due without notice at the ECB refinancing rate plus {points} points",
    },
    "PMD_rate": {
        "fr": "En cas de retard de paiement, pénalités exigibles sans rappel au taux annuel de {rate} %",
        "it": "In caso di ritardo, interessi dovuti senza sollecito al tasso annuo del {rate} %",
        "en": "Late payment: interest due without notice at {rate} % a year",
    },
    "PMT": {
        "fr": "Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement : {fee} €",
        "it": "Indennità forfettaria per spese di recupero in caso di ritardo: {fee} €",
        "en": "Flat fee for recovery costs in case of late payment: EUR {fee}",
    },
    "insurance": {
        "fr": "Assurance professionnelle : {text}",
        "it": "Assicurazione professionale: {text}",
        "en": "Professional insurance: {text}",
    },
    "courtesy_copy": {
        "fr": "Copie lisible : l'original est la facture électronique transmise par la plateforme agréée",
        "it": "Copia leggibile: l'originale è la fattura elettronica trasmessa dalla piattaforma abilitata",
        "en": "Readable copy: the original is the electronic invoice sent through the approved platform",
    },
    "proforma": {
        "fr": "Facture pro forma : document sans valeur comptable ni fiscale",
        "it": "Fattura pro forma: documento senza valore contabile né fiscale",
        "en": "Pro forma invoice: no accounting or tax value",
    },
}
