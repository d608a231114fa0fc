"""What the people of each demonstration firm write, in their language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ronda.renewals.models import Channel


@dataclass(frozen=True, slots=True)
class Words:
    """Texts of one firm; `offered` and `packages` name items of its catalogue by their code."""

    dearer: str
    ending: str
    resting: str
    notice: str
    channel: str
    quotes: Sequence[str]  # accepted, refused, sent, draft
    intro: str
    signer: str
    lost: str
    lost_note: str
    prospects: Sequence[Mapping[str, str]]
    offered: Sequence[str]  # a fee, a work done once, an option
    packages: Sequence[tuple[str, str]]  # hours, visits
    used: Sequence[str]
    agents: Sequence[str]


ITALIAN = Words(
    dearer="aggiornamento concordato del canone",
    ending="impianto dismesso a fine anno",
    resting="chiusura estiva",
    notice="disdetta ricevuta nei termini",
    channel=Channel.PEC,
    quotes=(
        "Manutenzione full risk, sede di Treviglio",
        "Manutenzione ascensore di nuova installazione",
        "Manutenzione ascensore, palazzina uffici",
        "Assistenza impianti, secondo lotto",
    ),
    intro="Come da sopralluogo, Vi sottoponiamo la nostra migliore offerta.",
    signer="Il legale rappresentante",
    lost="Prezzo",
    lost_note="Hanno scelto un manutentore della zona con un canone più basso.",
    prospects=(
        {
            "prospect_name": "Residenza Le Querce",
            "prospect_email": "lequerce@example.com",
            "prospect_street": "Via dei Mille 12",
            "prospect_postcode": "24121",
            "prospect_city": "Bergamo",
            "prospect_province": "BG",
        },
        {
            "prospect_name": "Tipografia Moderna Srl",
            "prospect_email": "tipografia@example.com",
            "prospect_street": "Via Corridoni 40",
            "prospect_postcode": "24124",
            "prospect_city": "Bergamo",
            "prospect_province": "BG",
        },
    ),
    offered=("ASC-FULL", "ASC-VER", "REP-24"),
    packages=(("Carnet 10 ore di manodopera", "ORE"), ("Abbonamento 4 visite al mese", "CAL-FUM")),
    used=("riparazioni varie", "revisione quadro elettrico", "visita programmata"),
    agents=("Ferri Rappresentanze", "Giulia Tasca"),
)
FRENCH = Words(
    dearer="révision de prix convenue",
    ending="fermeture du site en fin d’année",
    resting="fermeture estivale",
    notice="résiliation reçue dans les délais",
    channel=Channel.REGISTERED,
    quotes=(
        "Nettoyage des bureaux, nouveau site",
        "Entretien des parties communes, bâtiment C",
        "Nettoyage de bureaux et vitrerie",
        "Extension du contrat, deuxième étage",
    ),
    intro="Suite à notre visite, nous avons le plaisir de vous adresser notre proposition.",
    signer="Le gérant",
    lost="Prix",
    lost_note="Ils gardent leur prestataire actuel, moins cher.",
    prospects=(
        {
            "prospect_name": "Résidence des Tilleuls",
            "prospect_email": "tilleuls@example.com",
            "prospect_street": "8 rue de Créqui",
            "prospect_postcode": "69006",
            "prospect_city": "Lyon",
            "prospect_province": "69",
        },
        {
            "prospect_name": "Atelier Bonnefoy SARL",
            "prospect_email": "bonnefoy@example.com",
            "prospect_street": "21 cours Gambetta",
            "prospect_postcode": "69003",
            "prospect_city": "Lyon",
            "prospect_province": "69",
        },
    ),
    offered=("BUR", "VIT", "CONSO"),
    packages=(("Carnet de 10 heures de ménage", "MEN"), ("Abonnement 4 passages par mois", "VIT")),
    used=("ménage ponctuel", "ménage après travaux", "passage programmé"),
    agents=("Cabinet Lacombe", "Hélène Mercier"),
)
WORDS = {"IT": ITALIAN, "FR": FRENCH}
