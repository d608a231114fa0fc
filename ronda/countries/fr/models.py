"""Tables of the French pack: reports and statuses, certificates of personal services."""

from ronda.countries.fr.certificate_models import *  # noqa: F403
from ronda.countries.fr.ereporting_models import *  # noqa: F403
