//! One GET over a connection that stands, and what the head of its answer tells.

use std::time::Duration;

use http::uri::Scheme;
use http::{HeaderMap, Uri};
use http_body_util::Empty;
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use super::probe_errors::{WORDS, no_http, said};
use super::proxy::Proxy;
use crate::network_error::NetworkError;
use crate::probe::NoProbe;
use crate::proxy_error::ProxyError;
use gwctl_fleet::{OwnAnswer, ProbeReport, clean};

/// Where a probe goes.
pub(super) struct Target {
    pub(super) url: Uri,
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) tls: bool,
}

impl Target {
    pub(super) fn of(url: &str) -> Result<Self, NetworkError> {
        let url: Uri = url
            .parse()
            .map_err(|_| NetworkError::NotAUrl(clean(url, WORDS)))?;
        let tls = match url.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            Some(scheme) if *scheme == Scheme::HTTP => false,
            _ => return Err(NetworkError::Scheme),
        };
        let host = url.host().ok_or(NetworkError::NoHost)?;
        Ok(Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: url.port_u16().unwrap_or(if tls { 443 } else { 80 }),
            tls,
            url,
        })
    }

    fn path(&self) -> &str {
        self.url.path_and_query().map_or("/", |path| path.as_str())
    }

    /// What the `Host` header says: the port only where it is not the scheme's own.
    fn authority(&self) -> String {
        let host = if self.host.contains(':') {
            format!("[{}]", self.host)
        } else {
            self.host.clone()
        };
        match (self.tls, self.port) {
            (true, 443) | (false, 80) => host,
            (_, port) => format!("{host}:{port}"),
        }
    }
}

/// Sends one GET and waits for the answer's head. Times are the caller's to fill in. A proxy is told the whole
/// URL.
pub(super) async fn get<S>(
    stream: S,
    target: &Target,
    proxy: Option<&Proxy>,
) -> Result<ProbeReport, NoProbe>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| no_http(&error))?;
    let place = match proxy {
        Some(_) => target.url.to_string(),
        None => target.path().to_owned(),
    };
    let mut request = hyper::Request::get(place)
        .header(hyper::header::HOST, target.authority())
        .header(
            hyper::header::USER_AGENT,
            concat!("gwctl/", env!("CARGO_PKG_VERSION")),
        )
        .header(hyper::header::ACCEPT, "*/*")
        .header(hyper::header::CONNECTION, "close");
    if let Some(authorization) = proxy.and_then(Proxy::authorization) {
        request = request.header(hyper::header::PROXY_AUTHORIZATION, authorization);
    }
    let request = request
        .body(Empty::<Bytes>::new())
        .map_err(|error| said("no such request", &error))?;
    // The connection works only while it is polled. Once it has ended, whatever it still had to
    // say waits at the sender; with the head here it is not needed any more.
    let mut asking = std::pin::pin!(sender.send_request(request));
    let answer = tokio::select! {
        biased;
        answer = &mut asking => answer,
        _ = connection => asking.await,
    };
    let answer = answer.map_err(|error| no_http(&error))?;
    let status = answer.status().as_u16();
    if status == 407 {
        let proxy = proxy.map_or_else(|| "a proxy".to_owned(), Proxy::name);
        return Err(NoProbe::Untold(ProxyError::Asks { proxy }.into()));
    }
    Ok(report(status, answer.headers()))
}

/// What the head of an answer tells.
fn report(status: u16, headers: &HeaderMap) -> ProbeReport {
    let own = own_answer(headers);
    // What CloudFront kept may name the Region that answered some other time.
    let served_by = header(headers, "x-gwctl-region").filter(|_| own.is_none());
    ProbeReport {
        dns: Duration::ZERO,
        connect: Duration::ZERO,
        tls: None,
        first_byte: Duration::ZERO,
        status,
        served_by: served_by.map(|region| clean(region, 40)),
        own,
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Whether CloudFront answered by itself, by its `X-Cache` header. `Error from cloudfront` is said of an error of
/// the Region's too: there only the marks that API Gateway leaves tell, and that the server is CloudFront.
fn own_answer(headers: &HeaderMap) -> Option<OwnAnswer> {
    let told = header(headers, "x-cache")?.to_ascii_lowercase();
    let word = told.strip_suffix(" from cloudfront")?;
    match word {
        "hit" => Some(OwnAnswer::Cached),
        "functiongeneratedresponse" | "lambdageneratedresponse" | "redirect" => {
            Some(OwnAnswer::Generated)
        }
        "error" => {
            let of_a_region = ["x-gwctl-region", "apigw-requestid", "x-amz-apigw-id"]
                .iter()
                .any(|name| headers.contains_key(*name));
            let by_itself = header(headers, "server")
                .is_some_and(|server| server.eq_ignore_ascii_case("cloudfront"));
            (by_itself && !of_a_region).then_some(OwnAnswer::Generated)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(status: u16, lines: &[(&'static str, &'static str)]) -> ProbeReport {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.insert(*name, value.parse().unwrap());
        }
        report(status, &headers)
    }

    #[test]
    fn what_cloudfront_answers_itself_is_no_regions_answer() {
        let region = ("x-gwctl-region", "eu-west-1");
        let kept = told(200, &[("x-cache", "Hit from cloudfront"), region]);
        assert_eq!((kept.own, kept.served_by), (Some(OwnAnswer::Cached), None));
        let made = told(
            200,
            &[("x-cache", "LambdaGeneratedResponse from cloudfront")],
        );
        assert_eq!(made.own, Some(OwnAnswer::Generated));
        let page = [
            ("x-cache", "Error from cloudfront"),
            ("server", "CloudFront"),
        ];
        assert_eq!(told(502, &page).own, Some(OwnAnswer::Generated));
    }

    #[test]
    fn a_regions_answer_through_cloudfront_is_the_regions() {
        let region = ("x-gwctl-region", "eu-west-1");
        let missed = told(200, &[("x-cache", "Miss from cloudfront"), region]);
        assert_eq!(
            (missed.own, missed.served_by.as_deref()),
            (None, Some("eu-west-1"))
        );
        let failed = [
            ("x-cache", "Error from cloudfront"),
            ("apigw-requestid", "abc="),
        ];
        assert_eq!(told(500, &failed).own, None);
        assert_eq!(told(200, &[region]).own, None, "no CloudFront on the way");
    }
}
