//! Where Lambda says that a function's package is: S3, or below the loopback server for its clients.

use std::io;

use http::{Response, StatusCode, Uri};

use crate::Sim;
use crate::world::{Admission, State};
use gwctl_fleet::Region;

/// Below this path of the loopback server.
pub const BESIDE: &str = "/_gwctl/package/";

/// What Lambda signs its addresses with.
const SIGNED: &str = "versionId=1&X-Amz-Signature=0f1e2d3c";

/// The address of the package of a function's version, for a client that came to `host`.
pub fn location(host: &str, region: &Region, function: &str, version: &str) -> String {
    let function = match version {
        "$LATEST" => function.to_owned(),
        number => format!("{function}/{number}"),
    };
    if host.starts_with("127.0.0.1") || host.starts_with("localhost") {
        return format!("http://{host}{BESIDE}{region}/{function}?{SIGNED}");
    }
    format!(
        "https://awslambda-{region}-tasks.s3.{region}.amazonaws.com/snapshots/{function}?{SIGNED}"
    )
}

/// The Region and function that an address is of.
fn of(host: &str, path: &str) -> Option<(Region, String)> {
    if let Some(rest) = path.strip_prefix(BESIDE) {
        let (region, function) = rest.split_once('/')?;
        return Some((Region::new(region).ok()?, function.to_owned()));
    }
    let region = host.strip_prefix("awslambda-")?.split_once("-tasks.s3.")?.0;
    let function = path.strip_prefix("/snapshots/")?;
    Some((Region::new(region).ok()?, function.to_owned()))
}

/// The package at an address; `None` for addresses of anything else.
pub async fn answer(sim: &Sim, host: &str, uri: &Uri) -> Option<io::Result<Response<Vec<u8>>>> {
    let (region, function) = of(host, uri.path())?;
    let signed = uri.query() == Some(SIGNED);
    let admission = {
        let mut world = sim.state();
        let now = world.now();
        world.admit("s3", "GetObject", region.as_str(), now)
    };
    let (after, served) = match admission {
        Admission::Hang => std::future::pending().await,
        Admission::Proceed { after } if signed => {
            (after, package(&sim.state(), &region, &function))
        }
        Admission::Refuse { after, .. } | Admission::Proceed { after } => (after, None),
    };
    tokio::time::sleep(after).await;
    let (status, body) = match served {
        Some(package) => (StatusCode::OK, package),
        None => (StatusCode::FORBIDDEN, Vec::new()),
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    Some(Ok(response))
}

fn package(world: &State, region: &Region, function: &str) -> Option<Vec<u8>> {
    let (name, version) = match function.split_once('/') {
        Some((name, version)) => (name, Some(version)),
        None => (function, None),
    };
    let mut functions = world.resources.functions.iter();
    let found = functions.find(|one| &one.region == region && one.name == name)?;
    let found = match version {
        Some(number) => found.at(number.parse().ok()?)?,
        None => found,
    };
    Some(found.package.clone())
}
