"""The public holidays of Italy, with the years they are holidays in."""

from ronda.company.domain.holidays import HolidayRule as Rule

#: Postcodes of the municipality of Rome.
_ROME = ("001",)

#: Legge 260/1949, art. 1 and 2, from its first whole year. Legge 54/1977 (March 1977) took away five
#: religious days and moved 2 June and 4 November to a Sunday. D.P.R. 792/1985 gave back the Epiphany,
#: and Saints Peter and Paul to Rome; legge 336/2000 gave back 2 June; legge 151/2025 makes Saint
#: Francis a holiday again, from 2026. Sundays, which art. 2 lists, are not repeated here. The patron
#: saint of a town is not in the law: a company writes it among its local holidays.
HOLIDAYS = (
    Rule(name="Capodanno", month=1, day=1, since=1950),
    Rule(name="Epifania", month=1, day=6, since=1950, until=1977),
    Rule(name="Epifania", month=1, day=6, since=1986),
    Rule(name="San Giuseppe", month=3, day=19, since=1950, until=1976),
    Rule(name="Lunedì dell'Angelo", after_easter=1, since=1950),
    Rule(name="Anniversario della Liberazione", month=4, day=25, since=1950),
    Rule(name="Festa del lavoro", month=5, day=1, since=1950),
    Rule(name="Ascensione", after_easter=39, since=1950, until=1976),
    Rule(name="Corpus Domini", after_easter=60, since=1950, until=1976),
    Rule(name="Festa della Repubblica", month=6, day=2, since=1950, until=1976),
    Rule(name="Festa della Repubblica", month=6, day=2, since=2001),
    Rule(name="Santi Pietro e Paolo", month=6, day=29, since=1950, until=1976),
    Rule(name="Santi Pietro e Paolo", month=6, day=29, since=1986, postcodes=_ROME),
    Rule(name="Assunzione", month=8, day=15, since=1950),
    Rule(name="San Francesco d'Assisi", month=10, day=4, since=2026),
    Rule(name="Ognissanti", month=11, day=1, since=1950),
    Rule(name="Giorno dell'Unità nazionale", month=11, day=4, since=1950, until=1976),
    Rule(name="Immacolata Concezione", month=12, day=8, since=1950),
    Rule(name="Natale", month=12, day=25, since=1950),
    Rule(name="Santo Stefano", month=12, day=26, since=1950),
)
