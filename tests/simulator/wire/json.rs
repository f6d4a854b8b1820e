//! Services that speak JSON, asked byte by byte, as gwctl asks them: without an SDK crate. boto3 reads their replies
//! in `clients.rs`.

use gwctl::sim::Sim;
use gwctl::sim::wire::handler;
use http::Method;
use serde_json::Value;

/// The reply, or the code of the refusal.
pub type Told = Result<Value, String>;

/// What a `GET` of `path` tells.
pub async fn get(sim: &Sim, service: &str, region: &str, path: &str) -> Told {
    send(sim, service, region, (Method::GET, path), &[], Value::Null).await
}

/// What a `PUT` of `body` to `path` tells.
pub async fn put(sim: &Sim, service: &str, region: &str, path: &str, body: Value) -> Told {
    send(sim, service, region, (Method::PUT, path), &[], body).await
}

/// What ACM's `operation` tells.
pub async fn acm(sim: &Sim, region: &str, operation: &str, body: Value) -> Told {
    let target = format!("CertificateManager.{operation}");
    let headers = [
        ("x-amz-target", target.as_str()),
        ("content-type", "application/x-amz-json-1.1"),
    ];
    send(sim, "acm", region, (Method::POST, "/"), &headers, body).await
}

async fn send(
    sim: &Sim,
    service: &str,
    region: &str,
    (method, path): (Method, &str),
    headers: &[(&str, &str)],
    body: Value,
) -> Told {
    let scope = format!("A/20261123/{region}/{service}/aws4_request");
    let mut request = http::Request::builder()
        .method(method)
        .uri(format!("https://{service}.{region}.amazonaws.com{path}"))
        .header(
            "authorization",
            format!("AWS4-HMAC-SHA256 Credential={scope}"),
        );
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = if body.is_null() {
        Vec::new()
    } else {
        body.to_string().into_bytes()
    };
    let reply = handler(sim.clone())(request.body(body).unwrap())
        .await
        .unwrap();
    let told: Value = serde_json::from_slice(reply.body()).unwrap();
    if reply.status().is_success() {
        return Ok(told);
    }
    let header = reply.headers().get("x-amzn-errortype");
    let code = header.map(|code| code.to_str().unwrap().to_owned());
    Err(code.unwrap_or_else(|| told["__type"].as_str().unwrap().to_owned()))
}
