//! What requests about hosted zones have in common.

use crate::wire::fault::Fault;
use crate::wire::services::ask::Ask;
use crate::wire::value::{Value, shape};
use crate::world::model::{DnsChange, HostedZone, Resources};

pub(super) fn invalid(message: impl Into<String>) -> Fault {
    Fault::bad("InvalidInput", message)
}

/// `maxitems`, which AWS takes as text and caps.
pub(super) fn max_items(ask: &Ask, most: i64) -> Result<i64, Fault> {
    let asked = ask
        .input
        .int("maxitems")
        .map_err(|_| invalid("maxitems is not a number"))?;
    match asked.unwrap_or(most) {
        size if size < 1 => Err(invalid("maxitems must be at least 1")),
        size => Ok(size.min(most)),
    }
}

/// The zone an operation names, with or without its `/hostedzone/`.
pub(super) fn zone<'a>(world: &'a Resources, id: &str) -> Result<&'a HostedZone, Fault> {
    let bare = id.trim_start_matches("/hostedzone/");
    world
        .hosted_zones
        .iter()
        .find(|zone| zone.id == bare)
        .ok_or_else(|| {
            Fault::not_found(
                "NoSuchHostedZone",
                format!("No hosted zone found with ID: {bare}"),
            )
        })
}

pub(super) fn change_shape(change: &DnsChange) -> Value {
    shape! {
        "Id": format!("/change/{}", change.id),
        "Status": &change.status,
        "SubmittedAt": change.submitted,
        "Comment": change.comment.as_ref(),
    }
}

/// Route 53 sorts names by their labels from the right.
pub(super) fn reversed(name: &str) -> String {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name.rsplit('.').collect::<Vec<_>>().join(".")
}
