//! How this machine reaches AWS: through which proxy, and which certificates it trusts.

use std::ffi::OsString;
use std::path::Path;

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{TlsContext, TrustStore};
use http::Uri;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::failure::Failure;
use crate::text_file;

/// Far more than every certificate authority that there is.
const LARGEST_BUNDLE: u64 = 16 * 1024 * 1024;

/// The proxy and the trusted certificates; by default no proxy, and the certificates of the system.
#[derive(Debug, Clone, Default)]
pub struct Network {
    proxy: Option<ProxyConfig>,
    /// Which proxy that is, in words.
    proxy_named: Option<String>,
    tls: TlsContext,
}

impl Network {
    /// Reads the variables that most programs share, each name also in lower case:
    ///
    /// - `HTTPS_PROXY`, or else `ALL_PROXY`: the proxy for AWS. Not `HTTP_PROXY`, because requests
    ///   without encryption stay on this machine.
    /// - `NO_PROXY`: what is reached directly.
    /// - `AWS_CA_BUNDLE`: the certificates that are trusted instead of the system's. Those of the
    ///   system are in `SSL_CERT_FILE` and `SSL_CERT_DIR`, if set.
    ///
    /// # Errors
    /// A value that is no proxy, and a bundle that cannot be read or has no certificate. Otherwise
    /// a mistake would lead around the proxy, or to an error of TLS that names no cause.
    pub fn from_environment(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, Failure> {
        let get = |name: &str| {
            let value = variable(name).filter(|value| !value.is_empty());
            let text = value.map(OsString::into_string).transpose();
            text.map_err(|_| Failure::new(format!("{name} is not text in UTF-8")))
        };
        let first = |names: &[&'static str]| {
            for name in names.iter().copied() {
                if let Some(value) = get(name)? {
                    return Ok(Some((name, value)));
                }
            }
            Ok(None)
        };
        let proxy = first(&["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])?;
        let direct = first(&["NO_PROXY", "no_proxy"])?;
        let named = proxy.as_ref().map(|(name, url)| {
            let place = url.rsplit(['@', '/']).find(|part| !part.is_empty());
            format!("{name} names the proxy {}", place.unwrap_or_default())
        });
        let proxy = proxy.map(|(name, url)| proxy_of(name, &url)).transpose()?;
        let proxy = proxy.map(|proxy| match direct {
            Some((_, direct)) => proxy.no_proxy(direct),
            None => proxy,
        });
        // Where this one is set and empty, the system's certificates are none.
        if let Some(path) = variable("SSL_CERT_FILE") {
            certificates("SSL_CERT_FILE", &path.to_string_lossy())?;
        }
        let tls = match get("AWS_CA_BUNDLE")? {
            Some(path) => trusting(&certificates("AWS_CA_BUNDLE", &path)?)?,
            None => TlsContext::default(),
        };
        Ok(Network {
            proxy,
            proxy_named: named,
            tls,
        })
    }

    pub(super) fn proxy(&self) -> Option<ProxyConfig> {
        self.proxy.clone()
    }

    /// Which proxy is used, in words, without its password.
    pub(super) fn proxy_named(&self) -> Option<&str> {
        self.proxy_named.as_deref()
    }

    pub(super) fn tls_context(&self) -> TlsContext {
        self.tls.clone()
    }
}

/// The proxy at a URL, which is not shown, because it may hold a password.
fn proxy_of(variable: &str, url: &str) -> Result<ProxyConfig, Failure> {
    let invalid = || {
        Failure::new(format!("{variable} is not the URL of a proxy")).hint(
            "Write a URL such as \"http://proxy.example:3128\", with http or https; a proxy for \
             SOCKS is not supported",
        )
    };
    // As for curl, a name without a scheme means http.
    let url = match url.split_once("://") {
        Some(_) => url.to_owned(),
        None => format!("http://{url}"),
    };
    let uri = url.parse::<Uri>().map_err(|_| invalid())?;
    if uri.host().is_none_or(str::is_empty) {
        return Err(invalid());
    }
    ProxyConfig::https(uri).map_err(|_| invalid())
}

/// Trust in these certificates, each in PEM, and in no others.
fn trusting(certificates: &[String]) -> Result<TlsContext, Failure> {
    let store = certificates.iter();
    let store = store.fold(TrustStore::empty(), |store, certificate| {
        store.with_pem_certificate(certificate.as_bytes())
    });
    let context = TlsContext::builder().with_trust_store(store).build();
    context.map_err(|error| Failure::new("cannot set up TLS").because(error.to_string()))
}

/// The certificates in a file, in PEM, without those that cannot be read.
fn certificates(variable: &str, path: &str) -> Result<Vec<String>, Failure> {
    let unusable = |cause: String| {
        Failure::new(format!(
            "the certificates in {path}, which {variable} names, cannot be used"
        ))
        .because(cause)
        .hint(format!(
            "Set {variable} to a file with certificates in PEM, or unset it"
        ))
    };
    let text = text_file::read_file(Path::new(path), LARGEST_BUNDLE)
        .map_err(|error| unusable(error.to_string()))?;
    let found = CertificateDer::pem_slice_iter(text.as_bytes()).filter_map(Result::ok);
    let usable = found.filter(|it| RootCertStore::empty().add(it.clone()).is_ok());
    let pem = usable.map(|certificate| {
        let body = aws_smithy_types::base64::encode(&certificate);
        format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")
    });
    let pem: Vec<String> = pem.collect();
    if pem.is_empty() {
        return Err(unusable("it has no certificate in PEM".to_owned()));
    }
    Ok(pem)
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt;

    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Network, Failure> {
        Network::from_environment(|name| {
            let found = variables.iter().find(|(it, _)| *it == name);
            found.map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn the_proxy_is_the_one_for_https() {
        let cases: [(&[(&str, &str)], bool, &str); 8] = [
            (&[], false, "none is set"),
            (&[("HTTPS_PROXY", "http://proxy:3128")], true, "a URL"),
            (
                &[("https_proxy", "http://proxy:3128")],
                true,
                "in lower case",
            ),
            (&[("HTTPS_PROXY", "proxy:3128")], true, "without a scheme"),
            (
                &[("ALL_PROXY", "https://u:p@proxy")],
                true,
                "for everything",
            ),
            (
                &[("HTTP_PROXY", "http://proxy:3128")],
                false,
                "not for https",
            ),
            (&[("HTTPS_PROXY", "")], false, "empty is as if unset"),
            (
                &[("HTTPS_PROXY", ""), ("https_proxy", "proxy:1")],
                true,
                "the first that is not empty",
            ),
        ];
        for (variables, expected, why) in cases {
            let network = read(variables).unwrap();
            assert_eq!(network.proxy.is_some(), expected, "{why}");
        }
    }

    #[test]
    fn a_proxy_that_is_none_is_refused_without_its_password() {
        for url in [
            "socks5://user:hunter2@proxy:1080",
            "http://user:hunter2@",
            "http://user:hunter2@pro xy",
            "http://",
            "\n",
        ] {
            let failure = read(&[("https_proxy", url)]).unwrap_err().to_string();
            assert!(failure.contains("https_proxy is not the URL"), "{failure}");
            assert!(!failure.contains("hunter2"), "{failure}");
        }
        let raw = |_: &str| Some(OsString::from_vec(vec![0xff]));
        let failure = Network::from_environment(raw).unwrap_err().to_string();
        assert_eq!(failure, "HTTPS_PROXY is not text in UTF-8");
    }

    #[test]
    fn a_bundle_without_certificates_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let cases = [
            (write("empty", ""), "it has no certificate", "empty"),
            (
                write(
                    "wrong",
                    "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                ),
                "it has no certificate",
                "no certificate inside",
            ),
            (
                folder.path().join("none").to_str().unwrap().to_owned(),
                "No such file",
                "missing",
            ),
            (
                folder.path().to_str().unwrap().to_owned(),
                "directory",
                "a folder",
            ),
            (String::new(), "", "an empty name"),
            ("/dev/zero".to_owned(), "more than", "without an end"),
        ];
        for variable in ["AWS_CA_BUNDLE", "SSL_CERT_FILE"] {
            for (path, cause, why) in &cases {
                if variable == "AWS_CA_BUNDLE" && path.is_empty() {
                    read(&[(variable, path)]).expect("empty is as if unset");
                    continue;
                }
                let failure = read(&[(variable, path)]).unwrap_err().to_string();
                assert!(failure.contains(variable), "{why}: {failure}");
                assert!(failure.contains(cause), "{why}: {failure}");
            }
        }
    }
}
