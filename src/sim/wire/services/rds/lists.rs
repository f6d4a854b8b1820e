//! What RDS's lists have in common: pages, filters, and names that are identifiers or ARNs.

use crate::wire::fault::Fault;
use crate::wire::reply::Reply;
use crate::wire::services::ask::{Answer, Ask};
use crate::wire::services::page::page;
use crate::wire::value::{Value, list, shape};

pub fn refused(message: impl Into<String>) -> Fault {
    Fault::bad("InvalidParameterValue", message)
}

/// `MaxRecords` 20 to 100, and `Marker`.
pub fn paged(ask: &Ask, name: &'static str, item: &'static str, all: Vec<Value>) -> Answer {
    let size = ask.input.int("MaxRecords")?.unwrap_or(100);
    if !(20..=100).contains(&size) {
        return Err(refused(format!(
            "Invalid value {size} for MaxRecords. Must be between 20 and 100"
        )));
    }
    let page = page(all, ask.input.text("Marker"), size as usize)
        .ok_or_else(|| refused("The specified marker is invalid"))?;
    Ok(Reply::from(
        shape! { "Marker": page.next }.with(name, list(item, page.items)),
    ))
}

/// The filters asked for, refused when the operation knows none of that name.
pub fn filters<'a>(ask: &'a Ask, known: &[&str]) -> Result<Vec<(&'a str, Vec<&'a str>)>, Fault> {
    let mut found = Vec::new();
    for filter in ask.input.items("Filters") {
        let name = filter.need("Name")?;
        if !known.contains(&name) {
            return Err(refused(format!("Unrecognized filter name: {name}")));
        }
        found.push((name, filter.texts("Values")));
    }
    Ok(found)
}

/// Identifiers are compared without case, and an ARN is as good as its identifier.
pub fn names(asked: &str, id: &str, arn: &str) -> bool {
    asked.eq_ignore_ascii_case(id) || asked == arn
}
