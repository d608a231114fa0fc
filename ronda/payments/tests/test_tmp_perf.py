import time, cProfile, pstats
from datetime import date
import pytest
from decimal import Decimal
from django.db import transaction
from ronda.payments.tests.makers import *
from ronda.parties.models import PaymentTerms
from ronda.payments.tests.conftest import company, party
from ronda.payments.services import raise_dues
from ronda.accounting.services import post_documents
@pytest.mark.django_db
def test_perf(company):
    parties=[new_party(company,f"P{n}") for n in range(50)]
    terms=PaymentTerms.objects.filter(company=company).first()
    docs=[new_document(parties[n%50],date(2026,1,31),"100",terms=terms,lines=[("50","sale",""),("30","sale",""),("20","sale","")]) for n in range(1600)]
    for i in range(0,1600,400):
        ids=tuple(d.pk for d in docs[i:i+400])
        t=time.process_time(); raise_dues(company.pk,ids); a=time.process_time(); 
        if i==1200:
            pr=cProfile.Profile(); pr.enable()
        post_documents(company.pk,ids); b=time.process_time()
        if i==1200:
            pr.disable(); pstats.Stats(pr).sort_stats("cumtime").print_stats(30)
        print("dues us/doc",(a-t)/400*1e6,"posting",(b-a)/400*1e6)
