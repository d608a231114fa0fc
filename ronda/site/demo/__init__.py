"""Two demonstration firms, always the same: what they sell, to whom, and a year of their work."""

from ronda.site.demo.building import build_demo
from ronda.site.demo_logins import DEMO_LOGINS, Login

__all__ = ["DEMO_LOGINS", "Login", "build_demo"]
