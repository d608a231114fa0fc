import pytest

from ronda.contracts.models import Amendment
from ronda.renewals import bench


@pytest.mark.django_db
def test_the_bench_adjusts_every_contract_it_makes():
    found = bench.measure(30)
    assert found["contracts"] == 30
    assert found["total"] >= found["prepare"]
    assert Amendment.objects.filter(kind="index").count() == 30
