import pytest
from ronda.company.models import Branch

pytestmark = pytest.mark.django_db

def test_all(page, company, anna):
    b = [Branch.objects.create(company=company, code=f"B{n}", name=f"Branch {n}") for n in range(3)]
    for url in ["/test-branch/", f"/test-branch/{b[0].pk}/", f"/test-branch/{b[0].pk}/?tab=members", "/test-branch/new/", f"/test-branch/{b[0].pk}/edit/", f"/test-branch/do/rename/?id={b[0].pk}", "/test-branch/export/",
      "/test-member/", "/test-member/new/", "/test-file/", "/palette/?q=bra", "/lookup/company.branch/?q=1", "/api/test-branch/", f"/api/test-branch/{b[0].pk}/", "/test-branch/?q=zzz&sort=-code"]:
        r = page.get(url)
        print(url, r.status_code)
        assert r.status_code == 200, (url, r.content[:3000])
        if url in ("/test-branch/", "/test-member/new/"): print(r.content.decode())
