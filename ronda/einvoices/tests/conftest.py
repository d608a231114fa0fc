import pytest

from ronda.einvoices import door
from ronda.einvoices.tests import paper


@pytest.fixture(autouse=True)
def files_of_the_test(settings, tmp_path, monkeypatch):
    """Kept files and folders go where the test ends; formats and channels of the test as well."""
    settings.MEDIA_ROOT, settings.EINVOICES_ROOT = tmp_path / "files", tmp_path / "einvoices"
    for registry in ("_formats", "_channels", "_takers"):
        monkeypatch.setattr(door, registry, dict(getattr(door, registry)))


@pytest.fixture
def wire():
    return paper.use(paper.Wire())


@pytest.fixture
def company(db, wire):
    return paper.firm()
