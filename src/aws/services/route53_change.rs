//! Route 53: what changes routing. All of it needs the control plane in us-east-1 (aws-facts §3.5).

use aws_sdk_route53::types::{
    self, AliasTarget as SdkAlias, Change, ChangeAction, ChangeBatch, ResourceRecord,
    ResourceRecordSet, RrType,
};
use aws_smithy_types::error::operation::BuildError;

use crate::services::route53::Route53;
use crate::services::route53_routing::{NotARouting, own_routing, routed};
use crate::transport::error::{AwsError, ErrorKind};
use crate::transport::receipt::{ChangeReceipt, Receipt};
use crate::transport::reply;
use gwctl_fleet::{AliasTarget, RecordAction, RecordChange, RecordSet};

impl Route53 {
    /// Sets whether a health check is inverted and disabled. Refused with [`ErrorKind::Conflict`]
    /// when it is not at `version` any more. Disabling alone counts as healthy: inverting takes out
    /// of service (aws-facts §3.4).
    pub async fn update_check(
        &self,
        id: &str,
        version: i64,
        inverted: bool,
        disabled: bool,
    ) -> Result<Receipt, AwsError> {
        let call = self
            .client
            .update_health_check()
            .health_check_id(id)
            .health_check_version(version)
            .inverted(inverted)
            .disabled(disabled)
            .send();
        let (_, receipt) = self
            .caller
            .change("UpdateHealthCheck", Box::pin(call))
            .await?;
        Ok(receipt)
    }

    /// All record sets of `zone` called `name`, of every type, whole. Refused where one is routed in
    /// a way that [`RecordSet`] does not hold: what cannot be put back must not be changed.
    pub async fn record_sets(&self, zone: &str, name: &str) -> Result<Vec<RecordSet>, AwsError> {
        let sets = self.sets(zone, name).await?;
        let whole: Result<Vec<_>, _> = sets.iter().map(record_set).collect();
        whole.map_err(|why| {
            let why = why.to_string();
            self.caller
                .fail(ErrorKind::Other, "ListResourceRecordSets", why)
        })
    }

    /// Makes all of `changes` to `zone`, or none. Refused with [`ErrorKind::Conflict`] when a record
    /// to delete is not stored exactly so, or one to create exists.
    pub async fn change_records(
        &self,
        zone: &str,
        changes: &[RecordChange],
    ) -> Result<ChangeReceipt, AwsError> {
        const ACTION: &str = "ChangeResourceRecordSets";
        let batch = batch(changes).map_err(|error| {
            let why = reply::message(&error.to_string());
            self.caller.fail(ErrorKind::Other, ACTION, why)
        })?;
        let call = self
            .client
            .change_resource_record_sets()
            .hosted_zone_id(zone)
            .change_batch(batch)
            .send();
        let (reply, receipt) = self.caller.change(ACTION, Box::pin(call)).await?;
        let change = reply.change_info().ok_or_else(|| AwsError {
            request_id: receipt.request_id.clone(),
            in_doubt: true,
            ..self.caller.garbled(ACTION, "no change in the reply")
        })?;
        Ok(ChangeReceipt {
            id: reply::name(change.id().trim_start_matches("/change/")),
            request_id: receipt.request_id,
        })
    }

    /// How far a change is: `PENDING`, or `INSYNC` once every authoritative server has it. Resolvers
    /// keep what they have for its TTL (aws-facts §3.2).
    pub async fn change_status(&self, id: &str) -> Result<String, AwsError> {
        const ACTION: &str = "GetChange";
        let call = self.client.get_change().id(id).send();
        let reply = self.caller.ask(ACTION, call).await?;
        reply
            .change_info()
            .map(|change| reply::name(change.status().as_str()))
            .ok_or_else(|| self.caller.garbled(ACTION, "no change in the reply"))
    }
}

/// Why a record set cannot be put back as it is.
#[derive(Debug, thiserror::Error)]
enum NotHeld {
    #[error("{name} {how}: change it by hand")]
    Routed { name: String, how: NotARouting },
    #[error("{0} contains characters that cannot be printed")]
    Unprintable(String),
}

fn record_set(set: &ResourceRecordSet) -> Result<RecordSet, NotHeld> {
    let name = reply::domain(set.name());
    let routing = own_routing(set).map_err(|how| NotHeld::Routed {
        name: name.clone(),
        how,
    })?;
    let exact = |text: &str| reply::exact(text).ok_or_else(|| NotHeld::Unprintable(name.clone()));
    let alias = set.alias_target().map(|alias| AliasTarget {
        zone: reply::name(alias.hosted_zone_id()),
        name: reply::domain(alias.dns_name()),
        evaluate_target_health: alias.evaluate_target_health(),
    });
    Ok(RecordSet {
        kind: reply::name(set.r#type().as_str()),
        set_identifier: set.set_identifier().map(exact).transpose()?,
        routing,
        ttl: set.ttl(),
        values: set
            .resource_records()
            .iter()
            .map(|record| exact(record.value()))
            .collect::<Result<_, _>>()?,
        alias,
        health_check: set.health_check_id().map(exact).transpose()?,
        name,
    })
}

fn batch(changes: &[RecordChange]) -> Result<ChangeBatch, BuildError> {
    let mut batch = ChangeBatch::builder();
    for change in changes {
        let action = match change.action {
            RecordAction::Create => ChangeAction::Create,
            RecordAction::Delete => ChangeAction::Delete,
            RecordAction::Upsert => ChangeAction::Upsert,
        };
        batch = batch.changes(
            Change::builder()
                .action(action)
                .resource_record_set(sdk_set(&change.set)?)
                .build()?,
        );
    }
    batch.build()
}

fn sdk_set(set: &RecordSet) -> Result<types::ResourceRecordSet, BuildError> {
    let values = set
        .values
        .iter()
        .map(|value| ResourceRecord::builder().value(value).build())
        .collect::<Result<Vec<_>, _>>()?;
    let alias = set.alias.as_ref().map(|alias| {
        SdkAlias::builder()
            .hosted_zone_id(&alias.zone)
            .dns_name(&alias.name)
            .evaluate_target_health(alias.evaluate_target_health)
            .build()
    });
    let routed = routed(ResourceRecordSet::builder(), &set.routing)?;
    routed
        .name(&set.name)
        .r#type(RrType::from(set.kind.as_str()))
        .set_set_identifier(set.set_identifier.clone())
        .set_ttl(set.ttl)
        .set_resource_records(Some(values).filter(|values| !values.is_empty()))
        .set_alias_target(alias.transpose()?)
        .set_health_check_id(set.health_check.clone())
        .build()
}
