"""Which addresses of the network a message may go to: those of the public one only."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Address = IPv4Address | IPv6Address
# Addresses of IPv6 that carry one of IPv4 inside and would be a way round the rule.
NAT64 = ip_network("64:ff9b::/96")
LAST_32_BITS = 0xFFFFFFFF


def is_public(address: Address) -> bool:
    """False for private, loopback, link-local, reserved and multicast addresses, also inside IPv6."""
    inner = _inside(address) if isinstance(address, IPv6Address) else None
    if inner is not None:
        return is_public(inner)
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _inside(address: IPv6Address) -> IPv4Address | None:
    if address in NAT64:
        return IPv4Address(int(address) & LAST_32_BITS)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)


def parse(text: str) -> Address:
    """An address as the resolver gives it, without the zone of IPv6 ("fe80::1%eth0")."""
    return ip_address(text.partition("%")[0])
