//! Which certificate authorities are trusted.

use crate::error::Error;
use reqwest::{Certificate, Client, ClientBuilder};
use std::path::Path;

/// Makes a client that trusts the authorities of the system and those that the user names.
///
/// `SSL_CERT_FILE` and `SSL_CERT_DIR` take the place of the system's, as everywhere; those of `REQUESTS_CA_BUNDLE` or
/// `CURL_CA_BUNDLE`, which the hub's own clients read, are added. `settings` are all others of the client.
///
/// # Errors
/// Where TLS or a proxy setting cannot be used, or a file of certificates that is named cannot be read.
pub(super) fn trust(settings: impl Fn(ClientBuilder) -> ClientBuilder) -> Result<Client, Error> {
    // A second call finds the provider installed, which is what is wanted.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let named = named()?;
    let builder = || settings(Client::builder());
    // Left to itself the TLS library reads the system's bundle and then each of its certificates once more from the
    // directory that the bundle is made of: 300 files and 25 ms before the first request.
    if let Some(bundle) = bundle() {
        let all = bundle.into_iter().chain(named.iter().flatten().cloned());
        // An entry that cannot be used makes the whole bundle so; the library's own way passes over it.
        if let Ok(client) = builder().tls_certs_only(all).build() {
            return Ok(client);
        }
    }
    let builder = match named {
        Some(named) => builder().tls_certs_merge(named),
        None => builder(),
    };
    builder.build().map_err(|e| Error::Client(super::live::root_cause(&e)))
}

/// The certificates of the system's own bundle, where it has one and the user names no other.
#[cfg(all(unix, not(target_vendor = "apple"), not(target_os = "android")))]
fn bundle() -> Option<Vec<Certificate>> {
    // Named, even where nothing is there: then nothing is trusted.
    if ["SSL_CERT_FILE", "SSL_CERT_DIR"].iter().any(|name| std::env::var_os(name).is_some()) {
        return None;
    }
    let pem = std::fs::read(openssl_probe::probe().cert_file?).ok()?;
    Certificate::from_pem_bundle(&pem).ok().filter(|all| !all.is_empty())
}

/// Elsewhere the system itself verifies certificates.
#[cfg(not(all(unix, not(target_vendor = "apple"), not(target_os = "android"))))]
fn bundle() -> Option<Vec<Certificate>> {
    None
}

/// Certificate authorities that the hub's own clients are told to trust.
fn named() -> Result<Option<Vec<Certificate>>, Error> {
    let named = ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"]
        .into_iter()
        .find_map(|name| Some((name, std::env::var_os(name).filter(|v| !v.is_empty())?)));
    let Some((name, path)) = named else { return Ok(None) };
    let fail = |why: &str| Error::Client(format!("{name} names {}, {why}", Path::new(&path).display()));
    let pem = std::fs::read(&path).map_err(|e| fail(&format!("which cannot be read ({})", e.kind())))?;
    let certificates = Certificate::from_pem_bundle(&pem).map_err(|_| fail("which holds no certificates in PEM"))?;
    if certificates.is_empty() { Err(fail("which holds no certificates in PEM")) } else { Ok(Some(certificates)) }
}
