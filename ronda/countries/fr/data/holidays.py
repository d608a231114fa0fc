"""The public holidays of France, with the years they are holidays in."""

from ronda.company.domain.holidays import HolidayRule as Rule

#: Moselle, Bas-Rhin and Haut-Rhin: postcodes begin with the number of the département, in all their communes.
_ALSACE_MOSELLE = ("57", "67", "68")

#: Code du travail, art. L3133-1: eleven days; 8 May since loi 81-893. Whit Monday stays a holiday where it
#: is worked as the day of solidarity. Art. L3134-13 adds two in Alsace-Moselle, Good Friday in communes with
#: a Protestant or a shared church: which have one is not known here, it is counted in all of them. The
#: days of the overseas départements (art. L3422-2) a company writes among its local holidays.
HOLIDAYS = (
    Rule(name="Jour de l'An", month=1, day=1),
    Rule(name="Vendredi saint", after_easter=-2, postcodes=_ALSACE_MOSELLE),
    Rule(name="Lundi de Pâques", after_easter=1),
    Rule(name="Fête du Travail", month=5, day=1, since=1948),
    Rule(name="Victoire de 1945", month=5, day=8, since=1982),
    Rule(name="Ascension", after_easter=39),
    Rule(name="Lundi de Pentecôte", after_easter=50),
    Rule(name="Fête nationale", month=7, day=14),
    Rule(name="Assomption", month=8, day=15),
    Rule(name="Toussaint", month=11, day=1),
    Rule(name="Armistice de 1918", month=11, day=11, since=1922),
    Rule(name="Noël", month=12, day=25),
    Rule(name="Deuxième jour de Noël", month=12, day=26, postcodes=_ALSACE_MOSELLE),
)
