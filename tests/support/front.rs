//! What may stand before the fixture server: TLS with a certificate that nobody knows, and a proxy.

use super::HubServer;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

/// A TLS front on `https://localhost:PORT`.
pub struct TlsFront {
    pub base: String,
    /// The certificate in PEM, for whoever is to trust it.
    pub pem: String,
}

impl TlsFront {
    /// Stands before a server, with a certificate for these names.
    pub fn new(server: &HubServer, names: &[&str]) -> TlsFront {
        let names: Vec<String> = names.iter().map(|n| (*n).to_string()).collect();
        let made = rcgen::generate_simple_self_signed(names).expect("a certificate");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("protocol versions")
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .expect("a usable certificate");
        let config = Arc::new(config);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let behind = server.address();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let config = Arc::clone(&config);
                std::thread::spawn(move || {
                    let connection = ServerConnection::new(config).expect("a connection");
                    let mut client = StreamOwned::new(connection, stream);
                    while let Some(head) = head(&mut client) {
                        let Some(answer) = ask(&behind, &head) else { return };
                        if client.write_all(&answer).and_then(|()| client.flush()).is_err() {
                            return;
                        }
                    }
                });
            }
        });
        TlsFront { base: format!("https://localhost:{port}"), pem: made.cert.pem() }
    }

    /// Writes the certificate to a file.
    pub fn write_pem(&self, path: &Path) {
        std::fs::write(path, &self.pem).expect("the certificate is written");
    }
}

/// A proxy: tunnels for `CONNECT`, and requests for whole addresses, which it sends to the server behind.
pub struct Proxy {
    pub base: String,
    /// The first line of every request.
    log: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// A proxy that sends plain requests to a server, whatever host they name.
    pub fn new(server: &HubServer) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let log = Arc::new(Mutex::new(Vec::new()));
        let (kept, behind) = (Arc::clone(&log), server.address());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (kept, mut client) = (Arc::clone(&kept), stream);
                std::thread::spawn(move || {
                    while let Some(head) = head(&mut client) {
                        let first = head.lines().next().unwrap_or_default().to_string();
                        kept.lock().expect("the log").push(first.clone());
                        if let Some(target) = first.strip_prefix("CONNECT ").and_then(|r| r.split(' ').next()) {
                            tunnel(client, target);
                            return;
                        }
                        // `GET http://host/path` for the server is `GET /path`.
                        let path = first.split(' ').nth(1).and_then(|u| u.splitn(4, '/').nth(3)).unwrap_or_default();
                        let head = head.replacen(first.split(' ').nth(1).unwrap_or_default(), &format!("/{path}"), 1);
                        let Some(answer) = ask(&behind, &head) else { return };
                        if client.write_all(&answer).is_err() {
                            return;
                        }
                    }
                });
            }
        });
        Proxy { base, log }
    }

    /// The first lines of all requests so far.
    pub fn log(&self) -> Vec<String> {
        self.log.lock().expect("the log").clone()
    }
}

/// Passes bytes both ways.
fn tunnel(mut client: TcpStream, target: &str) {
    let Ok(mut host) = TcpStream::connect(target) else { return };
    if client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").is_err() {
        return;
    }
    let (Ok(mut from_client), Ok(mut to_host)) = (client.try_clone(), host.try_clone()) else { return };
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut from_client, &mut to_host);
        let _ = to_host.shutdown(std::net::Shutdown::Write);
    });
    let _ = std::io::copy(&mut host, &mut client);
}

/// A request's line and headers.
fn head(stream: &mut impl Read) -> Option<String> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => bytes.push(byte[0]),
            _ => return None,
        }
    }
    String::from_utf8(bytes).ok()
}

/// The whole answer of the server behind.
fn ask(behind: &std::net::SocketAddr, request: &str) -> Option<Vec<u8>> {
    let mut stream = TcpStream::connect(behind).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let answer = head(&mut stream)?;
    let length = answer.lines().find_map(|l| l.strip_prefix("Content-Length: ")).and_then(|l| l.trim().parse().ok())?;
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some([answer.as_bytes(), &body].concat())
}
