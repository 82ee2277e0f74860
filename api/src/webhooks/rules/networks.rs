//! To which addresses nothing is sent, because what answers there is nobody's receiver on the internet: this machine,
//! its network, and everything that leads there under another name. Pure.
//!
//! The addresses are those of the registries of IANA for special purposes. Of IPv6 only what is given out to the
//! internet is let through, and of that nothing in which an address of IPv4 hides.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::http::Network;

/// Where webhooks may lead.
#[derive(Clone, Debug, Default)]
pub struct Targets {
    /// Addresses that are let through although they are none of the internet.
    pub allow: Vec<Network>,
    /// Whether `http` is let through.
    pub plain: bool,
}

impl Targets {
    /// Why nothing is sent to this address; none where it is let through.
    #[must_use]
    pub fn refusal(&self, address: IpAddr) -> Option<&'static str> {
        let why = special(address)?;
        let is_let_through = self.allow.iter().any(|network| network.holds(address));
        (!is_let_through).then_some(why)
    }
}

const V4: [([u8; 4], u32, &str); 17] = [
    ([0, 0, 0, 0], 8, "it stands for no address"),
    ([10, 0, 0, 0], 8, "it is private"),
    ([100, 64, 0, 0], 10, "it is private to a provider"),
    ([127, 0, 0, 0], 8, "it is this machine"),
    ([169, 254, 0, 0], 16, "it is of the local link"),
    ([172, 16, 0, 0], 12, "it is private"),
    ([192, 0, 0, 0], 24, "it is for protocols"),
    ([192, 0, 2, 0], 24, "it is for documentation"),
    ([192, 31, 196, 0], 24, "it is for a service of name servers"),
    ([192, 52, 193, 0], 24, "it is for a service of multicast"),
    ([192, 88, 99, 0], 24, "it is a relay to IPv6"),
    ([192, 168, 0, 0], 16, "it is private"),
    ([198, 18, 0, 0], 15, "it is for measurements"),
    ([198, 51, 100, 0], 24, "it is for documentation"),
    ([203, 0, 113, 0], 24, "it is for documentation"),
    ([224, 0, 0, 0], 4, "it is multicast"),
    ([240, 0, 0, 0], 4, "it is reserved"),
];

const V6: [([u16; 8], u32, &str); 13] = [
    ([0, 0, 0, 0, 0, 0, 0, 0], 128, "it stands for no address"),
    ([0, 0, 0, 0, 0, 0, 0, 1], 128, "it is this machine"),
    ([0, 0, 0, 0, 0, 0xffff, 0, 0], 96, "an address of IPv4 hides in it"),
    ([0, 0, 0, 0, 0, 0, 0, 0], 96, "an address of IPv4 hides in it"),
    ([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 32, "an address of IPv4 hides in it (NAT64)"),
    // Teredo is the beginning of it.
    ([0x2001, 0, 0, 0, 0, 0, 0, 0], 23, "it is for protocols, such as Teredo"),
    ([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32, "it is for documentation"),
    ([0x2002, 0, 0, 0, 0, 0, 0, 0], 16, "an address of IPv4 hides in it (6to4)"),
    ([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20, "it is for documentation"),
    ([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7, "it is private"),
    ([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10, "it is of the local link"),
    ([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10, "it is private"),
    ([0xff00, 0, 0, 0, 0, 0, 0, 0], 8, "it is multicast"),
];

/// What is given out to the internet of IPv6.
const GIVEN_OUT: ([u16; 8], u32) = ([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);

fn of_v4(address: Ipv4Addr, ([a, b, c, d], length): ([u8; 4], u32)) -> bool {
    let first = Ipv4Addr::new(a, b, c, d).to_bits();
    (address.to_bits() ^ first).checked_shr(32 - length).unwrap_or(0) == 0
}

fn of_v6(address: Ipv6Addr, (first, length): ([u16; 8], u32)) -> bool {
    let first = first.iter().fold(0_u128, |bits, part| bits << 16 | u128::from(*part));
    (address.to_bits() ^ first).checked_shr(128 - length).unwrap_or(0) == 0
}

/// What is special about an address; none where it is one of the internet.
fn special(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => {
            V4.iter().find(|(first, length, _)| of_v4(address, (*first, *length))).map(|(.., why)| *why)
        }
        IpAddr::V6(address) => {
            let known = V6.iter().find(|(first, length, _)| of_v6(address, (*first, *length)));
            let known = known.map(|(.., why)| *why);
            known.or((!of_v6(address, GIVEN_OUT)).then_some("it is reserved"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Each range by its first and last address, and the addresses beside it that are let through.
    const SPECIAL: [&str; 64] = [
        "0.0.0.0",
        "0.255.255.255",
        "10.0.0.0",
        "10.255.255.255",
        "100.64.0.0",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.255",
        "169.254.0.0",
        "169.254.169.254",
        "169.254.255.255",
        "172.16.0.0",
        "172.31.255.255",
        "192.0.0.0",
        "192.0.0.255",
        "192.0.2.1",
        "192.0.2.255",
        "192.88.99.1",
        "192.168.0.0",
        "192.168.255.255",
        "198.18.0.0",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.7",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.0",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:93.184.215.14",
        "64:ff9b::7f00:1",
        "64:ff9b::5db8:d70e",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:0:7f00:1::",
        "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
        "2001:20::1",
        "2001:db8::1",
        "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
        "2002:7f00:1::",
        "2002:5db8:d70e::1",
        "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "3fff::1",
        "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
        "4000::1",
        "5f00::1",
        "1fff:ffff::1",
        "8000::1",
        "fc00::1",
        "fd12:3456::1",
        "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "fe80::1",
        "febf::1",
        "fec0::1",
        "feff::1",
        "ff02::1",
        "ff0e::1",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    ];

    const OF_THE_INTERNET: [&str; 29] = [
        "1.0.0.0",
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "93.184.215.14",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "192.0.3.0",
        "192.88.98.255",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "198.51.99.255",
        "203.0.114.0",
        "223.255.255.255",
        "2001:200::1",
        "2001:db7::1",
        "2001:4860:4860::8888",
        "2003::1",
        "2606:4700:4700::1111",
        "3ffe::1",
    ];

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn nothing_is_sent_where_no_receiver_can_be() {
        let strict = Targets::default();
        for text in SPECIAL {
            assert!(strict.refusal(address(text)).is_some(), "{text}");
        }
        for text in OF_THE_INTERNET {
            assert_eq!(strict.refusal(address(text)), None, "{text}");
        }
    }

    #[test]
    fn what_is_allowed_is_let_through_and_nothing_beside_it() {
        let allow = ["10.1.0.0/16", "fd12::/16"].map(|network| network.parse().unwrap()).to_vec();
        let targets = Targets { allow, plain: false };
        for text in ["10.1.0.0", "10.1.255.255", "fd12::1", "::ffff:10.1.2.3"] {
            assert_eq!(targets.refusal(address(text)), None, "{text}");
        }
        for text in ["10.0.255.255", "10.2.0.0", "fd13::1", "127.0.0.1", "::1", "2002:a01:203::"] {
            assert!(targets.refusal(address(text)).is_some(), "{text}");
        }
    }

    proptest! {
        /// Whatever IPv4 address hides in one of IPv6 in a known way, nothing is sent there.
        #[test]
        fn no_address_hides_in_another(hidden in any::<u32>(), rest in any::<u128>()) {
            let hidden = u128::from(hidden);
            let strict = Targets::default();
            for bits in [
                0xffff_u128 << 32 | hidden,
                hidden,
                0x64_ff9b_u128 << 96 | hidden,
                0x2002_u128 << 112 | hidden << 80 | (rest >> 48),
                0x2001_u128 << 112 | hidden << 64 | (rest >> 64),
            ] {
                let address = IpAddr::V6(Ipv6Addr::from_bits(bits));
                prop_assert!(strict.refusal(address).is_some(), "{address}");
            }
        }
    }
}
