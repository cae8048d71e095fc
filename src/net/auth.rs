//! Tokens, each bound to the one origin that it may be sent to.

use std::fmt;
use url::Url;

/// A secret for one origin (scheme, host and port). Its `Debug` shows the origin only.
#[derive(Clone)]
pub struct Token {
    origin: Url,
    secret: String,
}

impl Token {
    /// Binds a secret to the origin of `endpoint`. There is no token for an endpoint over plain
    /// HTTP, unless it is on this machine: a secret does not travel in the clear.
    pub fn bind(endpoint: &str, secret: &str) -> Option<Token> {
        let origin = Url::parse(endpoint).ok()?;
        let safe = origin.scheme() == "https" || (origin.scheme() == "http" && is_loopback(&origin));
        let usable = !secret.is_empty() && secret.bytes().all(|b| b.is_ascii_graphic());
        (safe && usable).then(|| Token { origin, secret: secret.to_string() })
    }

    /// A name for whoever holds the secret, from which it cannot be told: for telling cached answers apart.
    pub fn identity(&self) -> String {
        let hash = crate::digest::sha256(format!("trulyopen identity\0{}", self.secret).as_bytes());
        format!("token-{}", hash.get(..16).unwrap_or_default())
    }

    /// The secret, for a URL of its own origin and no other.
    pub fn for_url(&self, url: &Url) -> Option<&str> {
        (self.origin.origin() == url.origin()).then_some(self.secret.as_str())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token for {}", self.origin.origin().ascii_serialization())
    }
}

/// Whether a URL's host is this machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(d)) => d == "localhost" || d.ends_with(".localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// Whether a URL's host is written as an address that only exists inside a network: this machine,
/// private ranges, link-local addresses (where clouds keep their credentials).
pub fn is_internal(url: &Url) -> bool {
    let v4 = |ip: std::net::Ipv4Addr| ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified() || ip.is_broadcast();
    match url.host() {
        Some(url::Host::Domain(_)) | None => is_loopback(url),
        Some(url::Host::Ipv4(ip)) => v4(ip),
        Some(url::Host::Ipv6(ip)) => {
            ip.is_loopback()
                || ip.is_unspecified()
                || ip.is_unique_local()
                || ip.is_unicast_link_local()
                || ip.to_ipv4_mapped().is_some_and(v4)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(s: &str) -> Url {
        Url::parse(s).unwrap()
    }

    #[test]
    fn a_token_goes_to_its_own_origin_only() {
        let token = Token::bind("https://hub.example", "hf_x").unwrap();
        assert_eq!(token.for_url(&url("https://hub.example/a")), Some("hf_x"));
        for other in ["https://cdn.hub.example/a", "http://hub.example/a", "https://hub.example:8443/a", "https://hub.example.evil/a"] {
            assert_eq!(token.for_url(&url(other)), None, "{other}");
        }
        assert!(!format!("{token:?}").contains("hf_x"));
    }

    #[test]
    fn no_token_travels_in_the_clear() {
        assert!(Token::bind("http://hub.example", "hf_x").is_none());
        assert!(Token::bind("http://127.0.0.1:8080", "hf_x").is_some());
        assert!(Token::bind("https://hub.example", "with\nnewline").is_none());
    }

    #[test]
    fn internal_addresses() {
        for internal in [
            "http://127.0.0.1",
            "http://10.0.0.8",
            "http://169.254.169.254",
            "http://[::1]",
            "http://[fd00::1]",
            "http://[::ffff:10.0.0.1]",
            "http://localhost:1",
        ] {
            assert!(is_internal(&url(internal)), "{internal}");
        }
        assert!(!is_internal(&url("https://hub.example")));
        assert!(!is_internal(&url("https://93.184.216.34")));
    }
}
