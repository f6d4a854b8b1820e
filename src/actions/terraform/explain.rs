//! Why a value in AWS is not the one that Terraform wrote: the roles of the database moved, or a run moved traffic.
//! What neither the picture nor a journal bears out is not explained.

use gwctl_fleet::CheckConfig;

use super::evidence::Evidence;
use super::moved::moved;
use super::part::Part;

/// Why it differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Why<'a> {
    pub text: String,
    /// The run that did it; none where the picture alone tells.
    pub run: Option<&'a str>,
}

impl<'a> Why<'a> {
    fn new(text: impl Into<String>, run: Option<&'a str>) -> Self {
        Self {
            text: text.into(),
            run,
        }
    }
}

/// Why the attribute `name` of `part` is as it is in AWS.
pub(super) fn explain<'a>(part: &Part, name: &str, evidence: &Evidence<'a>) -> Option<Why<'a>> {
    match (part, name) {
        (Part::Cluster { .. }, "replication_source_identifier")
        | (Part::GlobalCluster, "global_cluster_members" | "source_db_cluster_identifier") => {
            roles(evidence)
        }
        (
            Part::Cluster {
                region: Some(region),
                ..
            },
            "enable_global_write_forwarding",
        ) => {
            if evidence.writer() == Some(region) {
                return Some(Why::new(
                    "it is the writer now, which forwards nothing",
                    evidence.swapped_by(),
                ));
            }
            let run = evidence.forwarding_by(region)?;
            Some(Why::new(
                "a run let this secondary forward writes",
                Some(run),
            ))
        }
        (Part::Check { id: Some(id), .. }, "invert_healthcheck" | "disabled") => {
            let run = evidence.forced_by(id);
            let config = evidence
                .snapshot()
                .edge
                .checks
                .get(id)
                .map(|check| &check.config);
            match config.and_then(|config| config.current()) {
                Some(config) => {
                    is_forced(config).then(|| Why::new("an evacuation forces it unhealthy", run))
                }
                // By the journal alone, while nobody can ask.
                None => run.map(|run| Why::new("an evacuation forced it unhealthy", Some(run))),
            }
        }
        (
            Part::Record {
                region: Some(region),
            },
            name,
        ) => {
            let moved = moved(region, evidence)?;
            let named = moved.attributes().contains(&name);
            named.then(|| Why::new(moved.text, moved.run))
        }
        (Part::Weighted { name: group, .. }, "weighted_routing_policy") => {
            let run = evidence.moved_by(group)?;
            Some(Why::new("a run set the weights of this group", Some(run)))
        }
        (Part::Distribution, "viewer_certificate")
        | (Part::Certificate { region: None }, "arn") => certificate(evidence),
        (
            Part::Function {
                region: Some(region),
                ..
            },
            name,
        ) if is_code(name) => {
            let (run, why) = evidence.code_by(region)?;
            Some(Why::new(why, Some(run)))
        }
        _ => None,
    }
}

/// Forced unhealthy: disabled counts healthy, and inverted that is unhealthy (aws-facts §3.4). One of the two alone
/// is somebody else's doing.
pub(super) const fn is_forced(config: &CheckConfig) -> bool {
    config.inverted && config.disabled
}

pub(super) fn is_code(name: &str) -> bool {
    [
        "source_code_hash",
        "code_sha256",
        "source_code_size",
        "s3_key",
        "s3_object_version",
        "filename",
        "image_uri",
        "last_modified",
    ]
    .contains(&name)
}

/// A role is not the configuration's to say (aws-facts §2.3).
pub(super) fn roles<'a>(evidence: &Evidence<'a>) -> Option<Why<'a>> {
    let by_run = evidence.swapped_by();
    match (evidence.writer(), evidence.promotion()) {
        (Some(writer), _) => Some(Why::new(format!("the writer is in {writer} now"), by_run)),
        (None, Some((run, target))) => Some(Why::new(
            format!("a run moved the writer to {target}"),
            Some(run),
        )),
        (None, None) => None,
    }
}

/// Only a certificate that serves: one that does not is nothing to be left alone.
fn certificate<'a>(evidence: &Evidence<'a>) -> Option<Why<'a>> {
    let edge = &evidence.snapshot().edge;
    let attached = edge.distribution.current()?.certificate_arn.as_deref()?;
    let certificate = edge.certificate.current()?;
    let run = evidence.attached_by(attached)?;
    (certificate.status == "ISSUED" && certificate.arn == attached).then(|| {
        Why::new(
            "a run attached another certificate, and it serves",
            Some(run),
        )
    })
}
