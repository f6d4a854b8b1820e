//! The prober against servers on loopback.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{CertificateError, Error as TlsError};

use super::*;

const fn unanswered(why: NetworkError) -> NoProbe {
    NoProbe::Unanswered(why)
}

/// Answers one connection with `reply` and hands back what was asked.
async fn server(reply: &'static [u8]) -> (String, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut asked = Vec::new();
        while !asked.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            if stream.read(&mut byte).await.unwrap() == 0 {
                break;
            }
            asked.push(byte[0]);
        }
        stream.write_all(reply).await.unwrap();
        String::from_utf8(asked).unwrap()
    });
    (url, asked)
}

#[tokio::test]
async fn a_probe_tells_status_and_region_and_follows_no_redirect() {
    let reply = b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\nx-gwctl-region: eu-west-1\r\ncontent-length: 0\r\n\r\n";
    let (url, asked) = server(reply).await;
    let report = NetworkProber::new()
        .probe(format!("{url}/health?deep=1"))
        .await
        .unwrap();
    assert_eq!(
        (report.status, report.served_by.as_deref()),
        (302, Some("eu-west-1"))
    );
    assert_eq!(report.tls, None, "plain HTTP has no TLS phase");
    let asked = asked.await.unwrap();
    assert!(
        asked.starts_with("GET /health?deep=1 HTTP/1.1\r\n"),
        "{asked}"
    );
    let host = url.trim_start_matches("http://");
    assert!(
        asked.to_lowercase().contains(&format!("host: {host}\r\n")),
        "{asked}"
    );
}

#[tokio::test]
async fn failures_are_short_sentences() {
    let prober = NetworkProber::new();
    // A port that was free a moment ago.
    let free = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    assert_eq!(
        prober.probe(format!("http://{free}/")).await,
        Err(unanswered(NetworkError::Refused))
    );
    assert_eq!(
        prober.probe("ftp://example.com/".into()).await,
        Err(unanswered(NetworkError::Scheme))
    );
    assert_eq!(
        prober.probe("no url".into()).await,
        Err(unanswered(NetworkError::NotAUrl("no url".into())))
    );
    let (url, _asked) = server(b"").await;
    assert_eq!(
        prober.probe(url).await,
        Err(unanswered(NetworkError::ClosedUnanswered))
    );
    let (url, _asked) = server(b"SSH-2.0-OpenSSH_9.9\r\n\r\n").await;
    assert_eq!(
        prober.probe(url).await,
        Err(unanswered(NetworkError::NotHttp))
    );
}

#[tokio::test]
async fn an_endpoint_that_accepts_and_says_nothing_costs_one_phase() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let silent = tokio::spawn(async move {
        let accepted = listener.accept().await;
        std::future::pending::<()>().await;
        drop(accepted);
    });
    let probe = NetworkProber::new().probe(url);
    tokio::time::pause();
    let late = probe.await.unwrap_err();
    assert_eq!(late.to_string(), "no answer within 5 s");
    silent.abort();
}

#[test]
fn a_certificate_for_another_name_is_told_by_the_name_that_was_asked() {
    let wrong = std::io::Error::other(TlsError::InvalidCertificate(
        CertificateError::NotValidForName,
    ));
    assert_eq!(
        no_tls(&wrong, "api.example.com").to_string(),
        "certificate not valid for api.example.com"
    );
}

const ROOT: &[u8] = include_bytes!("../../../tests/observe/tls/ca.pem");
const CERTIFICATE: &[u8] = include_bytes!("../../../tests/observe/tls/localhost.pem");
const KEY: &[u8] = include_bytes!("../../../tests/observe/tls/localhost.key");

/// A TLS server for `localhost` that answers every connection; its port.
async fn tls_server() -> u16 {
    let chain = vec![CertificateDer::from_pem_slice(CERTIFICATE).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(KEY).unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else {
                continue;
            };
            let reply = match (
                stream.get_ref().1.server_name(),
                stream.get_ref().1.alpn_protocol(),
            ) {
                (Some("localhost"), Some(b"http/1.1")) => {
                    b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
                }
                _ => b"HTTP/1.1 421 No\r\ncontent-length: 2\r\n\r\nno",
            };
            let mut head = [0; 1024];
            let _ = stream.read(&mut head).await;
            let _ = stream.write_all(reply).await;
        }
    });
    port
}

/// A prober that trusts the tests' own root besides nothing.
fn trusting() -> Kit {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(ROOT).unwrap())
        .unwrap();
    Kit {
        tls: OnceCell::new_with(Some(connector(roots).unwrap())),
        ..Kit::default()
    }
}

#[tokio::test]
async fn a_tls_probe_times_the_handshake_and_names_server_and_protocol() {
    let port = tls_server().await;
    let report = trusting()
        .probe(&format!("https://localhost:{port}/health"))
        .await
        .unwrap();
    assert_eq!(report.status, 200, "server name and ALPN were as expected");
    assert!(report.tls.is_some_and(|tls| tls > Duration::ZERO));
}

#[tokio::test]
async fn certificates_are_checked_against_name_and_root() {
    let port = tls_server().await;
    let url = format!("https://127.0.0.1:{port}/");
    let wrong_name = trusting().probe(&url).await;
    assert_eq!(
        wrong_name,
        Err(unanswered(NetworkError::CertificateName(
            "127.0.0.1".into()
        )))
    );
    let stranger = NetworkProber::new()
        .probe(format!("https://localhost:{port}/"))
        .await;
    assert_eq!(stranger, Err(unanswered(NetworkError::CertificateIssuer)));
}

/// A proxy that answers `reply` to one CONNECT and, where it agreed, leads on to `port`; what it was asked.
async fn proxy(reply: &'static str, port: u16) -> (Matcher, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = format!("http://mia:secret@{}", listener.local_addr().unwrap());
    let asked = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut asked = Vec::new();
        while !asked.ends_with(b"\r\n\r\n") {
            asked.push(stream.read_u8().await.unwrap());
        }
        let head = format!("HTTP/1.1 {reply}\r\nvia: a proxy\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        if reply.starts_with("200") {
            let mut onward = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            tokio::spawn(async move {
                let _ = tokio::io::copy_bidirectional(&mut stream, &mut onward).await;
            });
        }
        String::from_utf8(asked).unwrap()
    });
    let matcher = Matcher::builder().all(place).no("10.0.0.1").build();
    (matcher, asked)
}

#[tokio::test]
async fn a_probe_goes_through_the_proxy_that_leads_there() {
    let port = tls_server().await;
    let (proxies, asked) = proxy("200 Connection established", port).await;
    let kit = Kit {
        proxies,
        ..trusting()
    };
    let url = format!("https://localhost:{port}/health");
    let report = kit.probe(&url).await.unwrap();
    assert_eq!(report.status, 200, "the endpoint's own TLS, end to end");
    let asked = asked.await.unwrap();
    let line = format!("CONNECT localhost:{port} HTTP/1.1\r\n");
    assert!(asked.starts_with(&line), "{asked}");
    assert!(asked.contains("Proxy-Authorization: Basic "), "{asked}");
}

#[tokio::test]
async fn a_proxy_that_refuses_tells_nothing_of_the_endpoint() {
    let refused = async |reply| {
        let (proxies, _asked) = proxy(reply, 0).await;
        let kit = Kit {
            proxies,
            ..trusting()
        };
        kit.probe("https://api.example.com/health")
            .await
            .unwrap_err()
    };
    for reply in ["403 Forbidden", "407 Proxy Authentication Required"] {
        let NoProbe::Untold(why) = refused(reply).await else {
            panic!("{reply} is the proxy's own word");
        };
        let why = why.to_string();
        assert!(
            why.contains("refuses to connect to api.example.com"),
            "{why}"
        );
        assert!(!why.contains("secret"), "{why}");
    }
    let found_nobody = refused("504 Gateway Timeout").await;
    assert!(
        matches!(found_nobody, NoProbe::Unanswered(_)),
        "{found_nobody:?}"
    );
}

#[tokio::test]
async fn a_proxy_that_is_not_there_tells_nothing_of_the_endpoint() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr();
    let place = format!("http://{}", free.unwrap());
    let kit = Kit {
        proxies: Matcher::builder().all(place.clone()).build(),
        ..trusting()
    };
    let gone = kit.probe("https://api.example.com/health").await;
    assert!(matches!(gone, Err(NoProbe::Untold(_))), "{gone:?}");
    let port = tls_server().await;
    let kit = Kit {
        proxies: Matcher::builder().all(place).no("localhost").build(),
        ..trusting()
    };
    let url = format!("https://localhost:{port}/health");
    assert!(kit.probe(&url).await.is_ok(), "NO_PROXY names it");
}

#[tokio::test]
async fn a_name_that_gets_no_address_here_is_this_machines_own_trouble() {
    // Nobody answers there.
    let server = "127.0.0.1:9".parse().unwrap();
    let prober = NetworkProber::through(server).unwrap();
    let answer = prober.probe("http://api.orders.example.com/health".into());
    let answer = answer.await;
    assert!(matches!(answer, Err(NoProbe::Unresolved(_))), "{answer:?}");
}
