//! Takes single fields out of replies that may hold anything.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::DateTime;
use jiff::Timestamp;

use gwctl_fleet::{Region, clean};

/// Longest name kept; AWS's own limits are below it.
const NAME: usize = 256;
/// Longest message kept.
const MESSAGE: usize = 400;

/// A name, id or status, safe to print.
pub(crate) fn name(text: &str) -> String {
    clean(text, NAME)
}

/// Text that is sent back to AWS letter by letter; none when it is not safe to print as it is.
pub(crate) fn exact(text: &str) -> Option<String> {
    const LONGEST: usize = 32_000;
    Some(clean(text, LONGEST)).filter(|cleaned| cleaned == text)
}

/// As [`name`]; none when AWS left it out or empty.
pub(crate) fn some_name(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(name)
}

/// As [`name`]; empty when AWS left it out.
pub(crate) fn name_or_empty(text: Option<&str>) -> String {
    text.map(name).unwrap_or_default()
}

/// Words for people, safe to print.
pub(crate) fn message(text: &str) -> String {
    clean(text.trim(), MESSAGE)
}

/// A moment; none when it is beyond what a calendar holds.
pub(crate) fn moment(time: Option<&DateTime>) -> Option<Timestamp> {
    let time = time?;
    Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).ok()?).ok()
}

/// AWS's own number of the request, which services head differently.
pub(crate) fn request_id(reply: &HttpResponse) -> Option<String> {
    let headers = reply.headers();
    ["x-amzn-requestid", "x-amz-request-id", "x-amzn-request-id"]
        .into_iter()
        .find_map(|header| headers.get(header))
        .map(name)
}

/// The Region and the resource part of an ARN such as `arn:aws:rds:eu-west-1:123456789012:cluster:orders`.
pub(crate) fn arn_parts(arn: &str) -> Option<(Region, &str)> {
    let mut parts = arn.splitn(6, ':');
    if parts.next()? != "arn" {
        return None;
    }
    let region = parts.nth(2)?;
    let resource = parts.nth(1)?;
    Some((Region::new(region).ok()?, resource))
}

/// A domain name as people write it: no final dot, lower case, Route 53's `\052` read back.
pub(crate) fn domain(text: &str) -> String {
    let text = name(text).to_ascii_lowercase().replace("\\052", "*");
    text.trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_tells_region_and_resource() {
        let (region, resource) =
            arn_parts("arn:aws:rds:eu-west-1:123456789012:cluster:orders-euw1").unwrap();
        assert_eq!(
            (region.as_str(), resource),
            ("eu-west-1", "cluster:orders-euw1")
        );
        assert!(arn_parts("arn:aws:rds::123456789012:global-cluster:orders").is_none());
        assert!(arn_parts("orders-euw1").is_none());
    }

    #[test]
    fn a_moment_beyond_the_calendar_is_left_out() {
        assert!(moment(Some(&DateTime::from_secs(i64::MAX))).is_none());
        assert_eq!(
            moment(Some(&DateTime::from_secs(0))),
            Some(Timestamp::UNIX_EPOCH)
        );
    }

    #[test]
    fn record_names_compare_as_people_write_them() {
        assert_eq!(domain("\\052.API.example.com."), "*.api.example.com");
    }
}
