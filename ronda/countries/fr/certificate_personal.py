"""What certificates keep of a customer, for privacy: see `ronda.company.personal_data`."""

from ronda.company.personal_data import SETTINGS, declare, says_nothing
from ronda.company.retention import keep_for_years
from ronda.kernel.i18n import _

keep_for_years("country_fr.certificate.")
says_nothing(SETTINGS, "country_fr.PersonalService", "country_fr.ServiceMeans")
# A certificate is a paper for the tax office: whoever has one cannot be anonymised (R51).
declare("country_fr.TaxCertificate", party=("party",), held=_("tax certificates"))
for _part in ("CertificateAmount", "CertificatePayment", "CertificateWork"):
    declare(f"country_fr.{_part}", party=("certificate__party",), within="country_fr.TaxCertificate")
declare(
    "country_fr.CertificateCase",
    party=("party",),
    export=False,
    remove=True,
)
