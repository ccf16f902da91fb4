//! Where a push message may be sent: the address comes from a browser, so it could be anything.
//!
//! A server that posts to any address given to it can be made to knock on doors of its own network. So only HTTPS on
//! its own port, no credentials, no literal addresses, and hosts on a list. What a listed name resolves to is judged
//! once more ([`is_public`]) where the connection is made: a name can be made to point inside.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

/// Longest endpoint that is kept, bytes; the known services stay below 600.
pub const MAX_BYTES: usize = 2_000;

/// Hosts of the push services that browsers use, `*.` for every name below.
pub const USUAL_HOSTS: [&str; 5] = [
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    "*.push.services.mozilla.com",
    "*.push.apple.com",
    "*.notify.windows.com",
];

/// Why an endpoint is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// No address at all, or too long.
    #[error("not an address of a push service")]
    NotAnAddress,
    /// Another scheme.
    #[error("push services are reached over HTTPS")]
    NotHttps,
    /// Another port.
    #[error("push services answer on the default port")]
    Port,
    /// Name or password in it.
    #[error("an endpoint carries no credentials")]
    Credentials,
    /// A literal address, however it is written.
    #[error("an endpoint names a host, not an address")]
    Literal,
    /// A host that is on no list.
    #[error("this push service is not on the list of this installation")]
    UnknownHost,
}

/// The push services of an installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushHosts {
    patterns: Vec<String>,
    here: Option<String>,
}

impl Default for PushHosts {
    fn default() -> Self {
        Self { patterns: USUAL_HOSTS.map(str::to_owned).to_vec(), here: None }
    }
}

impl PushHosts {
    /// The usual services and `more`: host names, or `*.example.vn` for every name below one.
    ///
    /// # Errors
    /// The entry that is neither.
    pub fn with(more: &[String]) -> Result<Self, String> {
        let mut hosts = Self::default();
        for entry in more {
            let name = entry.strip_prefix("*.").unwrap_or(entry);
            let is_name = name.contains('.')
                && name.split('.').all(|label| {
                    !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
                })
                && matches!(Host::parse(name), Ok(Host::Domain(_)));
            if !is_name {
                return Err(entry.clone());
            }
            hosts.patterns.push(entry.to_ascii_lowercase());
        }
        Ok(hosts)
    }

    /// Admits one push service on this very machine, `http://127.0.0.1:<port>`: for tests and the demo alone.
    ///
    /// # Errors
    /// The text when it is anything else.
    pub fn and_here(mut self, origin: &str) -> Result<Self, String> {
        let port = origin.strip_prefix("http://127.0.0.1:").and_then(|port| port.parse::<u16>().ok());
        if port.is_none_or(|port| port == 0) {
            return Err(origin.to_owned());
        }
        self.here = Some(format!("{origin}/"));
        Ok(self)
    }

    /// True when the endpoint belongs to the admitted service on this machine.
    #[must_use]
    pub fn is_here(&self, endpoint: &str) -> bool {
        self.here.as_deref().is_some_and(|here| endpoint.starts_with(here))
    }

    /// Reads an endpoint that may be posted to.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check(&self, endpoint: &str) -> Result<Url, EndpointError> {
        if endpoint.len() > MAX_BYTES || endpoint.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(EndpointError::NotAnAddress);
        }
        let url = Url::parse(endpoint).map_err(|_| EndpointError::NotAnAddress)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(EndpointError::Credentials);
        }
        // Compared as parsed: what a lenient parser would read as another host never gets here.
        if self.is_here(url.as_str()) {
            return Ok(url);
        }
        if url.scheme() != "https" {
            return Err(EndpointError::NotHttps);
        }
        // The default port is none, however it was written.
        if url.port().is_some() {
            return Err(EndpointError::Port);
        }
        match url.host() {
            Some(Host::Domain(name)) if self.names(name) => Ok(url),
            Some(Host::Domain(_)) => Err(EndpointError::UnknownHost),
            Some(Host::Ipv4(_) | Host::Ipv6(_)) => Err(EndpointError::Literal),
            None => Err(EndpointError::NotAnAddress),
        }
    }

    fn names(&self, host: &str) -> bool {
        self.patterns.iter().any(|pattern| match pattern.strip_prefix('*') {
            Some(below) => host.len() > below.len() && host.ends_with(below),
            None => host == pattern,
        })
    }
}

/// True for an address of the open internet: not private, not of this machine or network, not reserved.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let reserved = a == 0
        || a >= 224
        || address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_documentation()
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b));
    !reserved
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, third, fourth, fifth, sixth, high, low] = address.segments();
    let embedded = || {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match (first, second) {
        // IPv4 in IPv6 clothes: ::ffff:a.b.c.d and the translators' 64:ff9b::a.b.c.d.
        (0, 0) if (third, fourth, fifth, sixth) == (0, 0, 0, 0xffff) => is_public_v4(embedded()),
        (0x64, 0xff9b) if (third, fourth, fifth, sixth) == (0, 0, 0, 0) => is_public_v4(embedded()),
        // Tunnels and documentation inside the global range.
        (0x2001, 0..=0x1ff | 0xdb8) | (0x2002, _) | (0x3fff, 0..=0xfff) => false,
        _ => (0x2000..0x4000).contains(&first),
    }
}

#[cfg(test)]
mod tests {
    use super::{EndpointError, MAX_BYTES, PushHosts, is_public};

    #[test]
    fn the_services_of_browsers_are_admitted() {
        let hosts = PushHosts::default();
        for endpoint in [
            "https://fcm.googleapis.com/fcm/send/abc:def",
            "https://fcm.googleapis.com:443/wp/abc",
            "https://updates.push.services.mozilla.com/wpush/v2/gAAAA",
            "https://web.push.apple.com/QGuQ",
            "https://wns2-sg2p.notify.windows.com/w/?token=BQYAAAB",
            "HTTPS://FCM.googleapis.com/fcm/send/abc",
        ] {
            assert!(hosts.check(endpoint).is_ok(), "{endpoint}");
        }
    }

    #[test]
    fn everything_else_is_refused_by_name() {
        use EndpointError::{Credentials, Literal, NotAnAddress, NotHttps, Port, UnknownHost};
        let hosts = PushHosts::default();
        for (endpoint, why) in [
            ("", NotAnAddress),
            ("fcm.googleapis.com", NotAnAddress),
            ("https://", NotAnAddress),
            ("https://fcm.googleapis.com/a b", NotAnAddress),
            ("https://fcm.googleapis.com/\r\nHost: x", NotAnAddress),
            ("http://fcm.googleapis.com/x", NotHttps),
            ("file:///etc/passwd", NotHttps),
            ("gopher://fcm.googleapis.com/x", NotHttps),
            ("http://127.0.0.1:8080/x", NotHttps),
            ("https://fcm.googleapis.com:8443/x", Port),
            ("https://fcm.googleapis.com:80/x", Port),
            ("https://user@fcm.googleapis.com/x", Credentials),
            ("https://fcm.googleapis.com@127.0.0.1/x", Credentials),
            ("https://fcm.googleapis.com:x@evil.example/x", Credentials),
            ("https://127.0.0.1/x", Literal),
            ("https://2130706433/x", Literal),
            ("https://0x7f.1/x", Literal),
            ("https://0177.0.0.1/x", Literal),
            ("https://169.254.169.254/latest/meta-data/", Literal),
            ("https://[::1]/x", Literal),
            ("https://[::ffff:10.0.0.1]/x", Literal),
            ("https://8.8.8.8/x", Literal),
            ("https://localhost/x", UnknownHost),
            ("https://evil.example/x", UnknownHost),
            ("https://fcm.googleapis.com.evil.example/x", UnknownHost),
            ("https://xfcm.googleapis.com/x", UnknownHost),
            ("https://push.apple.com/x", UnknownHost),
            ("https://evilpush.apple.com/x", UnknownHost),
            ("https://fcm.googleapis.com./x", UnknownHost),
            ("https://fcm.googleapis.com%2eevil.example/x", UnknownHost),
            ("https://evil.example\\@fcm.googleapis.com/x", UnknownHost),
        ] {
            assert_eq!(hosts.check(endpoint).unwrap_err(), why, "{endpoint}");
        }
        // A backslash is a slash here as in browsers: what is posted to is what was judged.
        let read = hosts.check("https://fcm.googleapis.com\\@evil.example/x").unwrap();
        assert_eq!(read.as_str(), "https://fcm.googleapis.com/@evil.example/x");
        let long = format!("https://fcm.googleapis.com/{}", "x".repeat(MAX_BYTES));
        assert_eq!(hosts.check(&long).unwrap_err(), NotAnAddress);
    }

    #[test]
    fn an_operator_adds_names_and_nothing_else() {
        let hosts = PushHosts::with(&["push.example.vn".to_owned(), "*.Ntfy.Example.VN".to_owned()]).unwrap();
        assert!(hosts.check("https://push.example.vn/up?id=1").is_ok());
        assert!(hosts.check("https://a.ntfy.example.vn/x").is_ok());
        assert!(hosts.check("https://ntfy.example.vn/x").is_err());
        for bad in [
            "*",
            "*.",
            "localhost",
            "10.0.0.1",
            "push.example.vn:8443",
            "https://push.example.vn",
            "a..b",
            "[::1]",
        ] {
            assert_eq!(PushHosts::with(&[bad.to_owned()]).unwrap_err(), bad, "{bad}");
        }
    }

    #[test]
    fn a_service_on_this_machine_is_admitted_only_by_its_whole_origin() {
        let hosts = PushHosts::default().and_here("http://127.0.0.1:4100").unwrap();
        assert!(
            hosts.check("http://127.0.0.1:4100/p/1").is_ok() && hosts.is_here("http://127.0.0.1:4100/p/1")
        );
        for endpoint in [
            "http://127.0.0.1:4101/p/1",
            "http://127.0.0.1/p/1",
            "http://localhost:4100/p/1",
            "https://127.0.0.1:4100/p/1",
            "http://127.0.0.1:41000/p/1",
        ] {
            assert!(hosts.check(endpoint).is_err(), "{endpoint}");
        }
        for origin in [
            "http://127.0.0.1",
            "http://127.0.0.1:0",
            "http://10.0.0.1:80",
            "http://127.0.0.1:80/x",
            "https://127.0.0.1:1",
        ] {
            assert!(PushHosts::default().and_here(origin).is_err(), "{origin}");
        }
    }

    #[test]
    fn only_the_open_internet_is_public() {
        for public in [
            "8.8.8.8",
            "142.250.199.74",
            "1.1.1.1",
            "2404:6800:4005:80b::200a",
            "::ffff:8.8.8.8",
            "64:ff9b::808:808",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        for inside in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.255.255",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.168.1.1",
            "198.18.0.1",
            "203.0.113.7",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::a00:1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "2002:7f00:1::",
            "3fff::1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
    }
}
