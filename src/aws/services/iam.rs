//! IAM: what the credentials in use may do, by its policy simulation.

use std::collections::BTreeMap;

use crate::transport::call::Caller;
use crate::transport::endpoint;
use crate::transport::error::AwsError;
use crate::transport::query::{Query, ask, each, members, text_of};
use crate::transport::reply;
use crate::transport::session::Session;
use gwctl_fleet::{Partition, Region};

/// A reply that never ends must not hang us.
const PAGES: usize = 20;

/// IAM. Its control plane is in us-east-1 (aws-facts §11.3).
#[derive(Clone)]
pub struct Iam {
    session: Session,
    caller: Caller,
    endpoint: String,
}

impl Session {
    pub fn iam(&self) -> Iam {
        let caller = self.caller("iam", &Region::global());
        let config = self.config(&caller);
        Iam {
            endpoint: endpoint::given(config, "IAM").unwrap_or_else(|| {
                let (fips, dual) = (endpoint::is_fips(config), endpoint::is_dual_stack(config));
                aws_endpoint(Partition::of(&caller.region), fips, dual).into()
            }),
            caller,
            session: self.clone(),
        }
    }
}

/// As the SDK's endpoint rules have it.
const fn aws_endpoint(partition: Partition, fips: bool, dual_stack: bool) -> &'static str {
    match (partition, fips, dual_stack) {
        (Partition::Aws, false, false) => "https://iam.amazonaws.com",
        (Partition::Aws, true, false) => "https://iam-fips.amazonaws.com",
        (Partition::Aws, false, true) => "https://iam.global.api.aws",
        (Partition::Aws, true, true) => "https://iam-fips.global.api.aws",
        (Partition::AwsCn, false, false) => "https://iam.cn-north-1.amazonaws.com.cn",
        (Partition::AwsCn, true, false) => "https://iam-fips.amazonaws.com.cn",
        (Partition::AwsCn, false, true) => "https://iam.global.api.amazonwebservices.com.cn",
        (Partition::AwsCn, true, true) => "https://iam-fips.api.amazonwebservices.com.cn",
        (Partition::AwsUsGov, ..) => "https://iam.us-gov.amazonaws.com",
        (Partition::AwsEusc, false, false) => "https://iam.eusc-de-east-1.amazonaws.eu",
        (Partition::AwsEusc, true, false) => "https://iam-fips.amazonaws.eu",
        (Partition::AwsEusc, false, true) => "https://iam.global.api.amazonwebservices.eu",
        (Partition::AwsEusc, true, true) => "https://iam-fips.api.amazonwebservices.eu",
    }
}

/// One page of `SimulatePrincipalPolicy`.
#[derive(Default)]
struct Page {
    decisions: Vec<Decision>,
    is_truncated: bool,
    marker: Option<String>,
}

/// What the simulation says of one action on one resource.
#[derive(Default)]
struct Decision {
    action: Option<String>,
    verdict: Option<String>,
    /// Whether a condition asks for a context key that the simulation was not given.
    misses_context: bool,
}

impl Iam {
    async fn ask(
        &self,
        action: &'static str,
        parameters: Vec<(String, String)>,
    ) -> Result<String, AwsError> {
        let query = Query {
            action,
            version: "2010-05-08",
            endpoint: &self.endpoint,
            parameters,
        };
        ask(&self.session, &self.caller, query).await
    }

    /// The ARN of the role `name`, with its path: a session's ARN leaves the path out, and every role of IAM Identity
    /// Center has one.
    pub async fn role_arn(&self, name: &str) -> Result<String, AwsError> {
        const ACTION: &str = "GetRole";
        let parameters = vec![("RoleName".to_owned(), name.to_owned())];
        let text = self.ask(ACTION, parameters).await?;
        let mut arn = None;
        each(&text, "GetRoleResult", |_, role| {
            while let Some(mut field) = role.next_tag() {
                if field.start_el().matches("Arn") {
                    arn = text_of(&mut field);
                }
            }
        });
        arn.map(|arn| reply::name(&arn))
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
        const ACTION: &str = "SimulatePrincipalPolicy";
        let mut asked = vec![("PolicySourceArn".to_owned(), principal.to_owned())];
        asked.extend(members("ActionNames", actions.iter().copied()));
        asked.extend(members(
            "ResourceArns",
            resources.iter().map(String::as_str),
        ));
        let mut decided: BTreeMap<String, bool> = BTreeMap::new();
        let mut marker: Option<String> = None;
        for _ in 0..PAGES {
            let mut parameters = asked.clone();
            parameters.extend(marker.map(|marker| ("Marker".to_owned(), marker)));
            let text = self.ask(ACTION, parameters).await?;
            let page = page(&text).ok_or_else(|| self.caller.garbled(ACTION, "no result in it"))?;
            for one in page.decisions {
                let (Some(action), Some(verdict)) = (one.action, one.verdict) else {
                    return Err(self.caller.garbled(ACTION, "a result without its decision"));
                };
                let allowed = verdict == "allowed";
                if !allowed && one.misses_context {
                    continue;
                }
                *decided.entry(reply::name(&action)).or_insert(true) &= allowed;
            }
            if !page.is_truncated {
                return Ok(decided);
            }
            marker = page.marker;
            if marker.is_none() {
                break;
            }
        }
        Err(self.caller.cut_short(ACTION))
    }
}

fn page(text: &str) -> Option<Page> {
    let mut page = Page::default();
    each(
        text,
        "SimulatePrincipalPolicyResult",
        |field, element| match field {
            "IsTruncated" => page.is_truncated = text_of(element).as_deref() == Some("true"),
            "Marker" => page.marker = text_of(element),
            "EvaluationResults" => {
                while let Some(mut member) = element.next_tag() {
                    let mut one = Decision::default();
                    while let Some(mut field) = member.next_tag() {
                        match field.start_el().local() {
                            "EvalActionName" => one.action = text_of(&mut field),
                            "EvalDecision" => one.verdict = text_of(&mut field),
                            "MissingContextValues" => {
                                one.misses_context = field.next_tag().is_some();
                            }
                            _ => {}
                        }
                    }
                    page.decisions.push(one);
                }
            }
            _ => {}
        },
    )?;
    Some(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As IAM documents its reply.
    const REPLY: &str = "<SimulatePrincipalPolicyResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">\
        <SimulatePrincipalPolicyResult><IsTruncated>true</IsTruncated><Marker>m&amp;1</Marker><EvaluationResults>\
        <member><MatchedStatements/><MissingContextValues><member>aws:SourceIp</member></MissingContextValues>\
        <EvalResourceName>*</EvalResourceName><EvalActionName>rds:FailoverGlobalCluster</EvalActionName>\
        <EvalDecision>implicitDeny</EvalDecision></member>\
        <member><MissingContextValues/><EvalActionName>rds:DescribeEvents</EvalActionName>\
        <EvalDecision>allowed</EvalDecision></member></EvaluationResults></SimulatePrincipalPolicyResult>\
        <ResponseMetadata><RequestId>1cdb5b0a</RequestId></ResponseMetadata></SimulatePrincipalPolicyResponse>";

    #[test]
    fn the_host_is_in_the_partition_that_the_session_works_in() {
        for (code, host) in [
            ("eu-west-1", "iam.amazonaws.com"),
            ("cn-northwest-1", "iam.cn-north-1.amazonaws.com.cn"),
            ("us-gov-east-1", "iam.us-gov.amazonaws.com"),
            ("eusc-de-east-1", "iam.eusc-de-east-1.amazonaws.eu"),
        ] {
            let partition = Partition::of(&Region::new(code).unwrap());
            let endpoint = aws_endpoint(partition, false, false);
            assert_eq!(endpoint, format!("https://{host}"), "{code}");
            // No variant leaves the partition: `api.aws` and its like are those of dual stack.
            for fips in [false, true] {
                let endpoint = aws_endpoint(partition, fips, false);
                assert!(endpoint.ends_with(partition.dns_suffix()), "{endpoint}");
            }
        }
    }

    #[test]
    fn a_page_of_decisions_is_read() {
        let page = page(REPLY).unwrap();
        assert!(page.is_truncated);
        assert_eq!(page.marker.as_deref(), Some("m&1"));
        let [denied, allowed] = &page.decisions[..] else {
            panic!("two decisions");
        };
        assert_eq!(denied.verdict.as_deref(), Some("implicitDeny"));
        assert!(denied.misses_context);
        assert_eq!(allowed.action.as_deref(), Some("rds:DescribeEvents"));
        assert!(!allowed.misses_context);
    }
}
