//! The reference handler's user and table inside the database, made on the primary through the Data API (aws-facts §19.1,
//! §19.3).

use serde::{Deserialize, Serialize};

use super::work::{Context, Next, Observation, Sent, Work, change, read, unobserved};
use crate::{Expected, PlannedCall, RunContext};
use gwctl_aws::{AwsError, ErrorKind, SqlPlace};
use gwctl_fleet::Region;
use gwctl_stacks::DatabaseUser;

const ENABLE: &str = "EnableHttpEndpoint";
const EXECUTE: &str = "ExecuteStatement";

/// Until the handler's user signs in with IAM and may read and write its table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrepareDatabase {
    /// The writer's.
    pub region: Region,
    /// Identifier of its cluster.
    pub cluster: String,
    /// ARN of the secret of the database's first user, in that Region.
    pub secret: String,
    pub database: String,
    /// The handler's user, by a name that needs no quotes.
    pub user: String,
}

impl PrepareDatabase {
    /// None where the name cannot be a user: no plan has such a one.
    fn sql(&self) -> Option<DatabaseUser> {
        DatabaseUser::new(&self.user)
    }

    fn place<'a>(&'a self, arn: &'a str) -> SqlPlace<'a> {
        SqlPlace {
            cluster: arn,
            secret: &self.secret,
            database: &self.database,
        }
    }
}

/// What the Data API says for a while after it was switched on, and while the database starts or resumes.
const SOON: [&str; 3] = [
    "HttpEndpointNotEnabledException",
    "DatabaseUnavailableException",
    "DatabaseResumingException",
];
/// What waiting never mends: the secret, the database, or the SQL.
const NEVER: [&str; 6] = [
    "SecretsErrorException",
    "InvalidSecretException",
    "InvalidResourceStateException",
    "DatabaseNotFoundException",
    "DatabaseErrorException",
    "ForbiddenException",
];

/// What the Data API's refusal means.
fn refused(error: &AwsError, sql: &DatabaseUser) -> Observation {
    let code = error.code.as_deref().unwrap_or_default();
    let is_denied = matches!(error.kind, ErrorKind::NotAllowed | ErrorKind::Forbidden);
    if SOON.contains(&code) {
        return Observation::Underway(error.to_string());
    }
    if is_denied || NEVER.contains(&code) {
        let what = if is_denied {
            "get the permission"
        } else {
            "correct that"
        };
        return Observation::Wrong(format!(
            "{error}. Either {what} and retry, or run this as the database's first user and skip the step: {}",
            sql.by_hand().join(" ")
        ));
    }
    unobserved(error)
}

impl Work for PrepareDatabase {
    fn calls(&self) -> Vec<PlannedCall> {
        vec![
            change("rds", ENABLE, &self.region),
            change("rds-data", EXECUTE, &self.region),
            read("rds", "DescribeDBClusters", &self.region),
        ]
    }

    fn times(&self) -> (Expected, u64) {
        let source = "two calls; AWS gives no figure";
        (Expected::between(20, 5, 120, source), 600)
    }

    fn sends(&self) -> Option<String> {
        Some(self.sql()?.by_hand().join(" "))
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        let Some(sql) = self.sql() else {
            return Observation::Wrong(format!("a user cannot have the name {}", self.user));
        };
        let session = &context.run.session;
        let (arn, on) = match session.rds(&self.region).data_api_of(&self.cluster).await {
            Ok(known) => known,
            Err(error) => return unobserved(&error),
        };
        // AWS says neither how long this takes nor when it is over: the step's own limit ends the waiting.
        if !on && context.sent == Some(ENABLE) {
            return Observation::Underway(format!(
                "RDS switches the Data API of {} on",
                self.cluster
            ));
        }
        if !on {
            return Observation::Next(Next {
                operation: ENABLE,
                what: format!("the Data API of {}", self.cluster),
            });
        }
        let asked = session.data_api(&self.region);
        match asked.holds(&self.place(&arn), &sql.question()).await {
            Ok(true) => Observation::Done(format!(
                "{} signs in with IAM, and reads and writes the table orders",
                self.user
            )),
            Ok(false) => Observation::Next(Next {
                operation: EXECUTE,
                what: format!("user {} and table orders in {}", self.user, self.database),
            }),
            Err(error) => refused(&error, &sql),
        }
    }

    async fn apply_one(&self, operation: &str, run_context: &RunContext) -> Result<Sent, AwsError> {
        let session = run_context.mutating_session();
        let rds = run_context.session.rds(&self.region);
        let (arn, _) = rds.data_api_of(&self.cluster).await?;
        let sent = match (operation, self.sql()) {
            (EXECUTE, Some(sql)) => {
                let api = session.data_api(&self.region);
                api.execute(&self.place(&arn), &sql.statement()).await?
            }
            _ => session.rds(&self.region).enable_data_api(&arn).await?,
        };
        Ok(sent.into())
    }
}
