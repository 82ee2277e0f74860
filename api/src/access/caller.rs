//! Where a request comes from, whoever sends it.

use std::net::{IpAddr, Ipv6Addr};

/// Where a request comes from.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The address, which somebody who is not trusted cannot have made up.
    pub address: IpAddr,
}

impl Caller {
    /// The network by which a caller is counted: whoever has one IPv6 address has the 2⁶⁴ of its network, so
    /// they count as one, and IPv4 counts as itself however it is written.
    #[must_use]
    pub fn network(&self) -> IpAddr {
        match self.address.to_canonical() {
            IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
            address @ IpAddr::V4(_) => address,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_counts_as_one() {
        for (address, network) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("2001:db8:1:2::", "2001:db8:1:2::"),
            ("::1", "::"),
        ] {
            assert_eq!(Caller { address: address.parse().unwrap() }.network().to_string(), network);
        }
    }
}
