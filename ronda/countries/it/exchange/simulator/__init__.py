"""A small exchange on this computer: checks and answers like SdI, loses and doubles things when told to."""

from ronda.countries.it.exchange.simulator.server import Server, serve
from ronda.countries.it.exchange.simulator.service import Simulator, schema_from

__all__ = ["Server", "Simulator", "schema_from", "serve"]
