"""Write docs/openapi.yaml, the description of the API, from the declarations in the code.

python -m tools.write_openapi            write it
python -m tools.write_openapi --check    fail when the one in docs is old
"""

import os
import sys
from pathlib import Path

import django
from django.utils import translation

ROOT = Path(__file__).resolve().parent.parent
DESCRIPTION = ROOT / "docs" / "openapi.yaml"


def description() -> str:
    """The description as it follows from the code, in English."""
    from drf_spectacular.generators import SchemaGenerator  # noqa: PLC0415 -- once Django is ready
    from drf_spectacular.renderers import OpenApiYamlRenderer  # noqa: PLC0415 -- once Django is ready

    with translation.override("en"):
        schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
        return OpenApiYamlRenderer().render(schema).decode()  # type: ignore[no-untyped-call,no-any-return]


def main(arguments: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ronda.site.settings")
    os.environ["RONDA_DB"] = ":memory:"
    django.setup()
    now = description()
    if "--check" not in arguments:
        DESCRIPTION.write_text(now, encoding="utf-8")
        sys.stdout.write(f"{DESCRIPTION.relative_to(ROOT)}\n")
        return 0
    if DESCRIPTION.exists() and DESCRIPTION.read_text(encoding="utf-8") == now:
        return 0
    sys.stdout.write("docs/openapi.yaml is not what the code says: python -m tools.write_openapi\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
