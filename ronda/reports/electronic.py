"""What country packs put inside a printed PDF: the same invoice as data.

register_data("FR", data_of)        # in AppConfig.ready() of a country pack
"""

from collections.abc import Callable, Mapping, Sequence

from ronda.billing.models import Document

#: Issued documents of one company → their data as XML, by key; those without are printed as plain pages.
DataOf = Callable[[Sequence[Document]], Mapping[int, bytes]]

_data: dict[str, DataOf] = {}


def register_data(country: str, data_of: DataOf) -> None:
    """For country packs: how documents of companies of that country are written as data."""
    _data[country] = data_of


def data_inside(documents: Sequence[Document]) -> Mapping[int, bytes]:
    """The data to be put into the PDFs of issued documents of one company."""
    if not documents or (data_of := _data.get(documents[0].company.country)) is None:
        return {}
    return data_of(documents)
