//! Which endpoints may take the place of AWS's own.

use std::net::IpAddr;

use http::Uri;

use super::invalid::Invalid;

/// Accepts an `https` URL, and an `http` URL whose host is this machine.
///
/// # Errors
/// Anything else is [`Invalid`]: requests and secrets would be sent over the network in the clear.
/// A URL that carries credentials is refused without being shown.
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
    match is_safe(url) {
        Some(true) => Ok(()),
        Some(false) => Err(invalid(format!(
            "{url:?} would send requests over the network unencrypted"
        ))),
        None => Err(invalid(format!(
            "{url:?} is not an http or https URL of a server"
        ))),
    }
}

/// Whether requests to the URL are encrypted or stay on this machine; `None` if it is no URL of a
/// server.
fn is_safe(url: &str) -> Option<bool> {
    let uri = url.parse::<Uri>().ok()?;
    let authority = uri.authority()?;
    let host = authority.host();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>().ok();
    // `Uri` takes more: other characters, numbers that no port has, and a query.
    let is_name_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    let is_host = address.is_some() || !host.is_empty() && host.chars().all(is_name_part);
    let is_port = authority.port_u16().is_some_and(|port| port > 0);
    let is_plain = |c: char| c.is_ascii_graphic() && !"?#\\\"<>".contains(c);
    if !is_host || !(is_port || authority.as_str() == host) || !url.chars().all(is_plain) {
        return None;
    }
    let is_loopback = address.is_some_and(|address| address.is_loopback());
    match uri.scheme_str()? {
        "https" => Some(true),
        "http" => Some(is_loopback || host.eq_ignore_ascii_case("localhost")),
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
            ("https://host:0", false, "no port has this number"),
            ("https://[::1]x", false, "text after the address"),
            ("https://$HOST", false, "no name of a server"),
            ("https://host/#a", false, "a fragment is no endpoint"),
            ("/path", false, "no server"),
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
