//! IAM: what the credentials in use may do, by its policy simulation.

use std::collections::BTreeMap;

use aws_sdk_iam::Client;
use aws_sdk_iam::types::PolicyEvaluationDecisionType;

use crate::transport::call::Caller;
use crate::transport::error::AwsError;
use crate::transport::reply;
use crate::transport::session::{Session, sdk_client};
use gwctl_fleet::Region;

/// A reply that never ends must not hang us.
const PAGES: usize = 20;

/// IAM. Its control plane is in us-east-1 (aws-facts §11.3).
#[derive(Debug, Clone)]
pub struct Iam {
    client: Client,
    caller: Caller,
}

impl Session {
    /// IAM.
    pub fn iam(&self) -> Iam {
        let caller = self.caller("iam", &Region::global());
        Iam {
            client: self.client(&caller, sdk_client!(aws_sdk_iam)),
            caller,
        }
    }
}

impl Iam {
    /// The ARN of the role `name`, with its path: a session's ARN leaves the path out, and every role of IAM Identity
    /// Center has one.
    pub async fn role_arn(&self, name: &str) -> Result<String, AwsError> {
        const ACTION: &str = "GetRole";
        let call = self.client.get_role().role_name(name).send();
        let reply = self.caller.ask(ACTION, call).await?;
        let role = reply.role();
        role.map(|role| reply::name(role.arn()))
            .ok_or_else(|| self.caller.garbled(ACTION, "no role in it"))
    }

    /// Whether the policies of `principal` (ARN of a user or role) allow each of `actions` on all of
    /// `resources`. Nothing is performed. An action that the simulation could not decide, for lack of a
    /// context key that a condition asks for, is left out.
    pub async fn simulate(
        &self,
        principal: &str,
        actions: &[&str],
        resources: &[String],
    ) -> Result<BTreeMap<String, bool>, AwsError> {
        let mut decided: BTreeMap<String, bool> = BTreeMap::new();
        let mut marker = None;
        for _ in 0..PAGES {
            let call = self
                .client
                .simulate_principal_policy()
                .policy_source_arn(principal)
                .set_action_names(Some(actions.iter().map(ToString::to_string).collect()))
                .set_resource_arns(Some(resources.to_vec()))
                .set_marker(marker)
                .send();
            let page = self.caller.ask("SimulatePrincipalPolicy", call).await?;
            for result in page.evaluation_results() {
                let allowed = result.eval_decision() == &PolicyEvaluationDecisionType::Allowed;
                if !allowed && !result.missing_context_values().is_empty() {
                    continue;
                }
                *decided
                    .entry(reply::name(result.eval_action_name()))
                    .or_insert(true) &= allowed;
            }
            if !page.is_truncated() {
                return Ok(decided);
            }
            marker = page.marker().map(Into::into);
            if marker.is_none() {
                break;
            }
        }
        Err(self.caller.cut_short("SimulatePrincipalPolicy"))
    }
}
