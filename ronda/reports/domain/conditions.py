"""General conditions: text with headings and paragraphs, and the placeholders a firm replaces by its own.

Paragraphs are parted by an empty line; a line that begins with "# " is a heading. Nothing else is marked up.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from ronda.reports.domain.formats import known


class Conditions(NamedTuple):
    """A text of conditions; `special` names the clauses signed a second time in Italy, "" for none."""

    title: str
    text: str
    version: int = 0
    special: str = ""


def paragraphs(text: str) -> list[dict[str, Any]]:
    """The text as a layout reads it: {"heading": bool, "text": ...}, in order."""
    found: list[dict[str, Any]] = []
    for block in text.replace("\r\n", "\n").split("\n\n"):
        kept: list[str] = []
        for line in block.split("\n"):
            if line.startswith("# "):
                _flush(found, kept)
                found.append({"heading": True, "text": line[2:].strip()})
            else:
                kept.append(line)
        _flush(found, kept)
    return found


def _flush(found: list[dict[str, Any]], kept: list[str]) -> None:
    text = "\n".join(kept).strip()
    if text:
        found.append({"heading": False, "text": text})
    kept.clear()


_IT = """TESTO DI ESEMPIO: sostituire con le condizioni generali dell’azienda, verificate da un legale.

# 1. Oggetto
Il fornitore esegue i servizi elencati nel contratto, nelle sedi e con la periodicità ivi indicate.

# 2. Corrispettivi e pagamenti
I corrispettivi sono fatturati alle scadenze indicate e pagati nei termini concordati.

# 3. Durata
Il contratto dura quanto indicato nelle condizioni particolari.

# 4. Obblighi del cliente
Il cliente consente l’accesso alle sedi e comunica per iscritto ogni variazione che riguardi il servizio.

# 5. Foro competente
Testo da completare."""
_FR = """TEXTE D’EXEMPLE : à remplacer par les conditions générales de l’entreprise, vérifiées par un juriste.

# 1. Objet
Le prestataire exécute les prestations énumérées au contrat, sur les sites et selon la périodicité indiqués.

# 2. Prix et règlement
Les prix sont facturés aux échéances indiquées et réglés dans les délais convenus.

# 3. Durée
Le contrat est conclu pour la durée indiquée aux conditions particulières.

# 4. Obligations du client
Le client donne accès aux sites et signale par écrit toute modification concernant la prestation.

# 5. Tribunal compétent
Texte à compléter."""
_EN = """SAMPLE TEXT: to be replaced by the firm’s own general conditions, checked by a lawyer.

# 1. Subject
The supplier performs the services listed in the contract, at the sites and in the rhythm stated there.

# 2. Prices and payment
Prices are invoiced when stated and paid within the agreed time.

# 3. Duration
The contract lasts as stated in the particular terms.

# 4. Duties of the customer
The customer gives access to the sites and tells in writing whatever concerns the service.

# 5. Place of jurisdiction
Text to be completed."""

_SAMPLES: Mapping[str, Conditions] = {
    "it": Conditions("Condizioni generali di contratto", _IT, 0, "3 (Durata), 5 (Foro competente)"),
    "fr": Conditions("Conditions générales de prestation", _FR),
    "en": Conditions("General conditions", _EN),
}


def sample_conditions(language: str) -> Conditions:
    """A placeholder, marked as such in its first line; version 0."""
    return _SAMPLES[known(language)]
