"""An approved platform on this computer, for tests and demonstration: nothing leaves the machine."""

from ronda.countries.fr.platform.fake.platform import FakePlatform, Fault
from ronda.countries.fr.platform.fake.server import running, serve

__all__ = ["FakePlatform", "Fault", "running", "serve"]
