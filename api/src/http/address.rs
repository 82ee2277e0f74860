//! From which address a request comes.
//!
//! It is the address at the other end of the connection, unless a proxy that the configuration trusts
//! stands there: then it is the one that the proxy saw, which it appends to a header such as
//! `X-Forwarded-For`. Whatever a caller writes into that header stands left of what the proxies append,
//! so the header is read from the right, and no further than the first address that is not a trusted
//! proxy. What anybody else sends in it is never believed.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    str::FromStr,
};

use actix_web::{
    HttpRequest,
    http::header::{HeaderName, X_FORWARDED_FOR},
};

/// An address, or a range of them in CIDR notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    /// The first address. IPv4 is held as the range that IPv6 has for it, `::ffff:0:0/96`.
    first: u128,
    /// How many of the last bits are free.
    free: u32,
}

impl Network {
    /// Whether this address is among them.
    #[must_use]
    pub fn holds(self, address: IpAddr) -> bool {
        (bits(address) ^ self.first).checked_shr(self.free).unwrap_or(0) == 0
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (address, length) = text.split_once('/').map_or((text, None), |(a, l)| (a, Some(l)));
        let unreadable = || {
            format!("expected an address such as `10.0.0.7` or a range such as `10.0.0.0/8`, found `{text}`")
        };
        let address: IpAddr = address.parse().map_err(|_| unreadable())?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let length = length.map_or(Ok(width), |length| match length.parse() {
            Ok(length) if length <= width && !text.contains('+') => Ok(length),
            _ => Err(unreadable()),
        })?;
        let free = width - length;
        let range = u128::MAX.checked_shl(free).unwrap_or(0);
        if bits(address) & !range != 0 {
            return Err(format!("`{text}` names an address inside a range: expected the first of the range"));
        }
        Ok(Self { first: bits(address), free })
    }
}

/// Whom to believe about the address of a caller.
#[derive(Clone, Debug)]
pub struct Proxies {
    /// The proxies in front; nobody when empty.
    pub trusted: Vec<Network>,
    /// Where they write the address that they saw, after what was there before.
    pub header: HeaderName,
}

impl Default for Proxies {
    fn default() -> Self {
        Self { trusted: Vec::new(), header: X_FORWARDED_FOR }
    }
}

impl Proxies {
    fn trust(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.holds(address))
    }

    /// The address of whoever sent this. Where the header ends, or holds what is no address, before
    /// somebody comes who is not trusted, it is that of the last proxy that was found.
    pub(super) fn address_of(&self, request: &HttpRequest) -> IpAddr {
        // Only a request that came over no network has no peer.
        let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
        let mut found = peer.to_canonical();
        if !self.trust(found) {
            return found;
        }
        let lines: Vec<_> = request.headers().get_all(&self.header).collect();
        let hops = lines.iter().rev().flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
        for hop in hops {
            let Some(address) = str::from_utf8(hop).ok().and_then(|hop| address(hop.trim())) else {
                return found;
            };
            found = address;
            if !self.trust(found) {
                return found;
            }
        }
        found
    }
}

/// An address as proxies write it; some add the port, and brackets.
fn address(hop: &str) -> Option<IpAddr> {
    let bracketed = || hop.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok().map(IpAddr::V6);
    let address = hop.parse().ok();
    address
        .or_else(|| hop.parse::<SocketAddr>().ok().map(|with_port| with_port.ip()))
        .or_else(bracketed)
        .map(|address| address.to_canonical())
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn proxies(trusted: &str) -> Proxies {
        let trusted = trusted.split_whitespace().map(|text| text.parse().unwrap()).collect();
        Proxies { trusted, ..Proxies::default() }
    }

    fn found(proxies: &Proxies, peer: &str, lines: &[&str]) -> String {
        let mut request = TestRequest::default().peer_addr(SocketAddr::new(peer.parse().unwrap(), 4711));
        for line in lines {
            request = request.append_header(("X-Forwarded-For", *line));
        }
        proxies.address_of(&request.to_http_request()).to_string()
    }

    #[test]
    fn the_header_of_a_stranger_is_never_believed() {
        for (trusted, peer) in [("", "203.0.113.9"), ("", "127.0.0.1"), ("10.0.0.0/8", "11.0.0.1")] {
            assert_eq!(found(&proxies(trusted), peer, &["198.51.100.7"]), peer);
            assert_eq!(found(&proxies(trusted), peer, &["10.0.0.1", "10.0.0.2"]), peer);
        }
    }

    #[test]
    fn the_rightmost_address_that_is_no_proxy_is_the_callers() {
        let proxies = proxies("10.0.0.0/8 192.0.2.7 fd00::/8");
        for (lines, expected) in [
            (&["198.51.100.7"][..], "198.51.100.7"),
            // What the caller wrote stands left of what the proxies appended.
            (&["1.2.3.4, 198.51.100.7"], "198.51.100.7"),
            (&["10.0.0.9, 198.51.100.7"], "198.51.100.7"),
            (&["1.2.3.4", "198.51.100.7"], "198.51.100.7"),
            (&["198.51.100.7, 192.0.2.7 ,10.1.2.3"], "198.51.100.7"),
            (&["198.51.100.7", "192.0.2.7", "10.1.2.3"], "198.51.100.7"),
            (&["198.51.100.7, 192.0.2.8"], "192.0.2.8"),
            (&["2001:db8::1, fd12::1"], "2001:db8::1"),
            (&["::ffff:198.51.100.7, ::ffff:10.0.0.8"], "198.51.100.7"),
            (&["198.51.100.7:52011, [fd12::1]:443"], "198.51.100.7"),
            (&["[2001:db8::1]"], "2001:db8::1"),
            // A caller inside: all the way to the left.
            (&["10.0.0.5, 10.0.0.6"], "10.0.0.5"),
            // No header, and headers that end in nonsense: the last proxy that was found.
            (&[], "10.0.0.1"),
            (&[""], "10.0.0.1"),
            (&["198.51.100.7,"], "10.0.0.1"),
            (&["198.51.100.7, unknown"], "10.0.0.1"),
            (&["198.51.100.7, 10.0.0.300"], "10.0.0.1"),
            (&["198.51.100.7, for=1.2.3.4"], "10.0.0.1"),
            (&["198.51.100.7 10.0.0.6"], "10.0.0.1"),
            (&["198.51.100.7, ø, 10.0.0.6"], "10.0.0.6"),
            (&["fe80::1%eth0, 10.0.0.6"], "10.0.0.6"),
        ] {
            assert_eq!(found(&proxies, "10.0.0.1", lines), expected, "{lines:?}");
            assert_eq!(found(&proxies, "::ffff:10.0.0.1", lines), expected, "{lines:?}");
        }
    }

    #[test]
    fn another_header_can_be_the_one() {
        let proxies = Proxies { header: HeaderName::from_static("x-real-ip"), ..proxies("::1") };
        let request = TestRequest::default()
            .peer_addr("[::1]:80".parse().unwrap())
            .insert_header(("X-Forwarded-For", "192.0.2.1"))
            .insert_header(("X-Real-IP", "192.0.2.2"));
        assert_eq!(proxies.address_of(&request.to_http_request()).to_string(), "192.0.2.2");
    }

    #[test]
    fn ranges() {
        for (range, inside, outside) in [
            ("10.0.0.0/8", "10.255.255.255", "11.0.0.0"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.6"),
            ("192.0.2.6/31", "192.0.2.7", "192.0.2.8"),
            ("0.0.0.0/0", "255.255.255.255", "2001:db8::1"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"),
            ("::/0", "2001:db8::1", ""),
            ("::1", "::1", "::2"),
            ("::ffff:10.0.0.0/104", "10.9.9.9", "9.9.9.9"),
        ] {
            let network: Network = range.parse().unwrap();
            assert!(network.holds(inside.parse().unwrap()), "{range}");
            assert!(
                outside.parse().is_ok_and(|address| !network.holds(address)) || outside.is_empty(),
                "{range}"
            );
        }
        for wrong in
            ["", "proxy", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/+8", "10.0.0.0/-1", "::/129", "10.0.0.1/8"]
        {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }
}
