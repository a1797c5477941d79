//! Which endpoints may take the place of AWS's own.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::names::Invalid;

/// Accepts an `https` URL, and an `http` URL whose host is this machine.
///
/// # Errors
/// Anything else is [`Invalid`]: requests and secrets would go over the network in the clear. A
/// URL that carries credentials is refused without being shown.
pub fn check_endpoint(url: &str) -> Result<(), Invalid> {
    let invalid = |problem: String| {
        Invalid::new(
            problem,
            "Write a URL such as \"https://HOST\", or \"http://localhost:4566\"; \
             plain http is for localhost, 127.0.0.0/8 and [::1] alone.",
        )
    };
    if url.contains('@') {
        return Err(invalid("the URL contains '@'".to_owned()));
    }
    let malformed = || invalid(format!("{url:?} is not an http or https URL of a server"));
    let (scheme, rest) = url.split_once("://").ok_or_else(malformed)?;
    let is_secure = match scheme.to_ascii_lowercase().as_str() {
        "https" => true,
        "http" => false,
        _ => return Err(malformed()),
    };
    let is_plain = |c: char| c.is_ascii_graphic() && !"?#\\\"<>".contains(c);
    if !rest.chars().all(is_plain) {
        return Err(malformed());
    }
    let authority = rest.split('/').next().unwrap_or(rest);
    let is_local = is_local_host(authority).ok_or_else(malformed)?;
    if is_secure || is_local {
        Ok(())
    } else {
        Err(invalid(format!(
            "{url:?} would send requests over the network unencrypted"
        )))
    }
}

/// Whether `HOST[:PORT]` is on this machine; nothing if it is malformed.
fn is_local_host(authority: &str) -> Option<bool> {
    let (is_local, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = rest.split_once(']')?;
            (address.parse::<Ipv6Addr>().ok()?.is_loopback(), port)
        }
        None => {
            let (host, port) = authority.split_at(authority.find(':').unwrap_or(authority.len()));
            let is_host = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
            if host.is_empty() || !host.chars().all(is_host) {
                return None;
            }
            let is_local = host.eq_ignore_ascii_case("localhost")
                || host
                    .parse::<Ipv4Addr>()
                    .is_ok_and(|address| address.is_loopback());
            (is_local, port)
        }
    };
    let is_port = |port: &str| port.parse::<u16>().is_ok_and(|number| number > 0);
    match port.strip_prefix(':') {
        Some(number) if is_port(number) => Some(is_local),
        None if port.is_empty() => Some(is_local),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_http_is_for_this_machine() {
        let cases = [
            ("https://sts.eu-west-1.amazonaws.com", true, "encrypted"),
            ("https://proxy.example:8443/aws", true, "port and path"),
            ("http://localhost:4566", true, "the usual emulator"),
            ("HTTP://LocalHost", true, "schemes and hosts have no case"),
            ("http://127.8.9.1:4566", true, "all of 127.0.0.0/8"),
            ("http://[::1]:4566/", true, "IPv6"),
            ("http://example.com", false, "in the clear"),
            ("http://127.0.0.1.example.com", false, "a name, no address"),
            ("http://localhost.example.com", false, "another host"),
            ("http://[::2]:4566", false, "another IPv6 address"),
            ("http://0.0.0.0:4566", false, "no loopback address"),
            (
                "http://localhost@example.com",
                false,
                "the host follows '@'",
            ),
            ("http://example.com\\@localhost", false, "parsers disagree"),
            ("localhost:4566", false, "no scheme"),
            ("ftp://localhost", false, "another scheme"),
            ("https://", false, "no host"),
            ("https://host:99999", false, "no such port"),
            ("https://host:", false, "a port is missing"),
            ("https://a b", false, "a space"),
            ("https://host/?x=1", false, "a query is no endpoint"),
        ];
        for (url, accepted, reason) in cases {
            assert_eq!(check_endpoint(url).is_ok(), accepted, "{url}: {reason}");
        }
    }

    #[test]
    fn credentials_in_a_url_are_not_shown() {
        let invalid = check_endpoint("https://user:hunter2@host").unwrap_err();
        assert!(!format!("{invalid:?}").contains("hunter2"));
    }

    proptest! {
        #[test]
        fn checking_never_panics(rest in any::<String>()) {
            let _ = check_endpoint(&rest);
            let _ = check_endpoint(&format!("http://{rest}"));
        }
    }
}
