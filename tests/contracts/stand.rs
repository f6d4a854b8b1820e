//! A stand to test on: ministack and moto with the fleet of `seed.py` in them, and a way there.

use std::process::Command;
use std::sync::{Arc, OnceLock};

use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector,
    http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use gwctl::aws::{Session, SessionOptions, Timeouts};
use gwctl::fleet::SystemClock;
use serde::Deserialize;

use super::emulators::{self, Server};

/// The emulators and what is in them.
#[derive(Debug)]
pub struct Stand {
    pub ministack: Server,
    pub moto: Server,
    pub fleet: Fleet,
}

/// What `seed.py` printed.
#[derive(Debug, Deserialize)]
pub struct Fleet {
    pub account: String,
    pub distribution: SeededDistribution,
    pub zone: String,
    pub calculated: String,
    pub router: SeededFunction,
    pub sites: std::collections::BTreeMap<String, SeededSite>,
}

#[derive(Debug, Deserialize)]
pub struct SeededDistribution {
    pub id: String,
    pub domain: String,
    pub certificate: String,
}

#[derive(Debug, Deserialize)]
pub struct SeededFunction {
    pub name: String,
    pub memory: i32,
    pub timeout: i32,
    pub qualified: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct SeededSite {
    pub cluster: String,
    pub domain: String,
    pub api: SeededApi,
    pub functions: Vec<SeededFunction>,
    pub certificate: String,
    pub check: String,
}

#[derive(Debug, Deserialize)]
pub struct SeededApi {
    pub id: String,
    pub kind: String,
}

/// The stand that all tests share and none changes. It ends with the test process.
pub fn shared() -> &'static Stand {
    static STAND: OnceLock<Stand> = OnceLock::new();
    STAND.get_or_init(Stand::new)
}

/// A stand whose tests change it, each something of its own. It ends with the test process.
pub fn changing() -> &'static Stand {
    static STAND: OnceLock<Stand> = OnceLock::new();
    STAND.get_or_init(Stand::new)
}

/// A stand of one test's own, where runs are carried out: these look at what answers before they send.
pub fn own() -> Stand {
    Stand::with(emulators::moto_to_build_in())
}

impl Stand {
    fn new() -> Self {
        Self::with(emulators::moto())
    }

    fn with(moto: Server) -> Self {
        let ministack = emulators::ministack();
        let mut seed = Command::new(emulators::python());
        emulators::clean_environment(&mut seed);
        seed.arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/contracts/seed.py"
        ));
        let output = seed
            .args([&ministack.url, &moto.url])
            .output()
            .expect("Python runs");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let fleet = serde_json::from_slice(&output.stdout).expect("what seed.py prints");
        Self {
            ministack,
            moto,
            fleet,
        }
    }

    /// A session whose every request goes to the emulator of its service, over TCP.
    pub async fn session(&self) -> Session {
        Session::connect(SessionOptions {
            profile: None,
            http_client: Some(redirected(
                self.ministack.url.clone(),
                self.moto.url.clone(),
            )),
            timeouts: Timeouts::default(),
            clock: Arc::new(SystemClock),
        })
        .await
    }
}

pub fn redirected(ministack: String, moto: String) -> SharedHttpClient {
    let real = aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https();
    http_client_fn(move |settings, components| {
        SharedHttpConnector::new(Redirect {
            real: real.http_connector(settings, components),
            ministack: ministack.clone(),
            moto: moto.clone(),
        })
    })
}

#[derive(Debug)]
struct Redirect {
    real: SharedHttpConnector,
    ministack: String,
    moto: String,
}

impl HttpConnector for Redirect {
    fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
        let uri: http::Uri = request.uri().parse().expect("an absolute URI");
        let is_dns = uri.host().is_some_and(|host| host.starts_with("route53."));
        let base = if is_dns { &self.moto } else { &self.ministack };
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        request
            .set_uri(format!("{base}{path}"))
            .expect("a loopback URI");
        self.real.call(request)
    }
}
