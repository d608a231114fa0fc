"""Sentences printed on Italian documents, by language of the document.

Tables and not gettext: the language is the recipient's, whoever prints. Sources: art. 21,
c. 6 and 6-bis, D.P.R. 633/1972 (wording of the VAT annotations), art. 2250 c.c. (company
data), art. 17-ter D.P.R. 633/1972, art. 32-bis D.L. 83/2012, art. 1, c. 54-89, L. 190/2014.
"""

Texts = dict[str, str]

DEFAULT_LANGUAGE = "it"

IDENTITY: dict[str, Texts] = {
    "capital": {
        "it": "Capitale sociale € {amount} i.v.",
        "en": "Share capital EUR {amount} fully paid up",
        "fr": "Capital social {amount} € entièrement libéré",
    },
    "capital_partly_paid": {
        "it": "Capitale sociale € {amount}, versato € {paid}",
        "en": "Share capital EUR {amount}, paid up EUR {paid}",
        "fr": "Capital social {amount} €, libéré {paid} €",
    },
    "register": {
        "it": "R.E.A. {number}",
        "en": "Business register (R.E.A.) {number}",
        "fr": "Registre des entreprises (R.E.A.) {number}",
    },
    "tax_id": {"it": "P. IVA {number}", "en": "VAT no. {number}", "fr": "N° TVA {number}"},
    "registration_id": {
        "it": "C.F. e n. iscrizione Registro imprese {number}",
        "en": "Tax code and register no. {number}",
        "fr": "Code fiscal et n° d'immatriculation {number}",
    },
    "person_tax_code": {"it": "C.F. {number}", "en": "Tax code {number}", "fr": "Code fiscal {number}"},
    "sole_shareholder": {
        "it": "Società con socio unico",
        "en": "Single-member company",
        "fr": "Société à associé unique",
    },
    "in_liquidation": {
        "it": "Società in liquidazione",
        "en": "Company in liquidation",
        "fr": "Société en liquidation",
    },
}

#: By VAT code of the pack first, then by nature. {text} is the law as kept on the VAT code.
VAT: dict[str, Texts] = {
    "N1": {
        "en": "Excluded from the taxable amount: art. 15 Presidential Decree 633/1972",
        "fr": "Exclu de la base d'imposition : art. 15 du D.P.R. 633/1972",
    },
    "N2.1": {
        "en": "Not subject to Italian VAT: art. 7 to 7-septies Presidential Decree 633/1972",
        "fr": "Opération non soumise à la TVA italienne : art. 7 à 7-septies du D.P.R. 633/1972",
    },
    "N2.1UE": {
        "en": "Reverse charge - art. 44 and 196 Directive 2006/112/EC, art. 7-ter D.P.R. 633/1972",
        "fr": "Autoliquidation - art. 44 et 196 de la directive 2006/112/CE, art. 7-ter du D.P.R. 633/1972",
    },
    "N2.2": {
        "en": "Outside the scope of VAT: Presidential Decree 633/1972",
        "fr": "Opération hors champ de la TVA : D.P.R. 633/1972",
    },
    "N2.2F": {
        "en": "Small business scheme: no VAT, art. 1, par. 54-89, Law 190/2014",
        "fr": "Régime forfaitaire : TVA non applicable, art. 1, al. 54-89, loi 190/2014",
    },
    "N2.2M": {
        "en": "Small business scheme: no VAT, art. 27, par. 1-2, Decree-Law 98/2011",
        "fr": "Régime des petites entreprises : TVA non applicable, art. 27, al. 1-2, D.L. 98/2011",
    },
    "N3.1": {
        "en": "Export exempt from VAT: art. 8 Presidential Decree 633/1972",
        "fr": "Exportation exonérée de TVA : art. 8 du D.P.R. 633/1972",
    },
    "N3.2": {
        "en": "Intra-EU supply exempt from VAT: art. 41 Decree-Law 331/1993, art. 138 Directive 2006/112/EC",
        "fr": "Livraison intracommunautaire exonérée : art. 41 D.L. 331/1993, art. 138 directive 2006/112/CE",
    },
    "N3": {
        "en": "Zero-rated supply ({text})",
        "fr": "Opération non imposable ({text})",
    },
    "N4": {
        "en": "Exempt from VAT: art. 10 Presidential Decree 633/1972",
        "fr": "Opération exonérée : art. 10 du D.P.R. 633/1972",
    },
    "N5": {
        "en": "Margin scheme - second-hand goods: art. 36 Decree-Law 41/1995",
        "fr": "Régime particulier - biens d'occasion : art. 36 du D.L. 41/1995",
    },
    "N5V": {
        "en": "Margin scheme - travel agents: art. 74-ter Presidential Decree 633/1972",
        "fr": "Régime particulier - agences de voyages : art. 74-ter du D.P.R. 633/1972",
    },
    "N6": {
        "en": "Reverse charge ({text})",
        "fr": "Autoliquidation ({text})",
    },
    "N7": {
        "en": "VAT paid in another EU State (OSS)",
        "fr": "TVA acquittée dans un autre État de l'UE (guichet unique OSS)",
    },
}

OTHER: dict[str, Texts] = {
    "split_payment": {
        "it": "Scissione dei pagamenti - art. 17-ter D.P.R. 633/1972: IVA versata dal cliente all'Erario",
        "en": "Split payment - art. 17-ter D.P.R. 633/1972: the customer pays the VAT to the tax office",
        "fr": "Paiement scindé - art. 17-ter du D.P.R. 633/1972 : le client verse la TVA au Trésor",
    },
    "cash_vat": {
        "it": "IVA ad esigibilità differita - operazione con “IVA per cassa” ai sensi dell'art. 32-bis"
        " D.L. 83/2012",
        "en": "VAT due on payment - cash accounting under art. 32-bis Decree-Law 83/2012",
        "fr": "TVA exigible à l'encaissement - art. 32-bis du D.L. 83/2012",
    },
    "deferred_public": {
        "it": "IVA ad esigibilità differita ai sensi dell'art. 6, c. 5, D.P.R. 633/1972",
        "en": "VAT due on payment - art. 6, par. 5, D.P.R. 633/1972",
        "fr": "TVA exigible à l'encaissement - art. 6, al. 5, du D.P.R. 633/1972",
    },
    "stamp_duty": {
        "it": "{text}: € {amount}",
        "en": "Stamp duty of EUR {amount} paid electronically: D.P.R. 642/1972, D.M. 17 June 2014, art. 6",
        "fr": "Droit de timbre de {amount} € acquitté par voie électronique : D.P.R. 642/1972, D.M. 17 juin"
        " 2014, art. 6",
    },
    "stamp_duty_exempt": {
        "it": "Esente da imposta di bollo: {reason}",
        "en": "Exempt from stamp duty: {reason}",
        "fr": "Exonéré du droit de timbre : {reason}",
    },
    "no_withholding_RF19": {
        "it": "Compenso non soggetto a ritenuta d'acconto ai sensi dell'art. 1, c. 67, L. 190/2014",
        "en": "Not subject to withholding tax: art. 1, par. 67, Law 190/2014",
        "fr": "Non soumis à la retenue à la source : art. 1, al. 67, loi 190/2014",
    },
    "no_withholding_RF02": {
        "it": "Compenso non soggetto a ritenuta d'acconto ai sensi dell'art. 27 D.L. 98/2011",
        "en": "Not subject to withholding tax: art. 27 Decree-Law 98/2011",
        "fr": "Non soumis à la retenue à la source : art. 27 du D.L. 98/2011",
    },
    "courtesy_copy": {
        "it": "Copia di cortesia: documento privo di valore fiscale ai sensi dell'art. 21 D.P.R. 633/1972."
        " L'originale in formato XML è trasmesso dal Sistema di Interscambio ed è a disposizione"
        " nell'area riservata del sito dell'Agenzia delle Entrate",
        "en": "Courtesy copy without fiscal value (art. 21 D.P.R. 633/1972). The original is the XML"
        " invoice sent through the Italian exchange system (SdI)",
        "fr": "Copie de courtoisie sans valeur fiscale (art. 21 du D.P.R. 633/1972). L'original est la"
        " facture XML transmise par le système d'échange italien (SdI)",
    },
    "proforma": {
        "it": "Documento non valido ai fini fiscali: la fattura sarà emessa all'atto del pagamento",
        "en": "Not a tax document: the invoice follows upon payment",
        "fr": "Document sans valeur fiscale : la facture sera émise au paiement",
    },
}
