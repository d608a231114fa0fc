from ronda.reports.bench import render_many


def test_the_measurement_counts_documents_and_their_bytes():
    measured = render_many(2)
    assert measured.count == 2
    assert measured.size > 10_000
    assert measured.each_ms > 0
