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

/// What the Data API says for a while after it was switched on, while the database starts or resumes, and while a
/// statement waits too long for others (45 s, aws-facts §19.3).
const SOON: [&str; 4] = [
    "HttpEndpointNotEnabledException",
    "DatabaseUnavailableException",
    "DatabaseResumingException",
    "StatementTimeoutException",
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

/// The secret could not be read, or is not what the database's first user signs in with.
const OF_SECRET: [&str; 2] = ["SecretsErrorException", "InvalidSecretException"];

fn is_one_of(error: &AwsError, codes: &[&str]) -> bool {
    error
        .code
        .as_deref()
        .is_some_and(|code| codes.contains(&code))
}

/// What the Data API's refusal means.
fn refused(error: &AwsError, sql: &DatabaseUser) -> Observation {
    if is_one_of(error, &SOON) {
        return Observation::Underway(error.to_string());
    }
    match way_out(error, sql) {
        Some(way_out) => Observation::Wrong(format!("{error}. {way_out}")),
        None => unobserved(error),
    }
}

/// What to do about a refusal that waiting never changes; none for the others.
fn way_out(error: &AwsError, sql: &DatabaseUser) -> Option<String> {
    let is_denied = matches!(error.kind, ErrorKind::NotAllowed | ErrorKind::Forbidden);
    if !is_denied && !is_one_of(error, &NEVER) {
        return None;
    }
    let what = if is_denied {
        "get the permission"
    } else {
        "correct that"
    };
    // AWS does not always say which of the permissions is missing, and gwctl does not know the secret's key.
    let key = if is_denied || is_one_of(error, &OF_SECRET) {
        "Where the secret is encrypted with a customer managed KMS key, kms:Decrypt on that key is needed too. "
    } else {
        ""
    };
    Some(format!(
        "{key}Either {what} and retry, or run this as the database's first user and skip the step: {}",
        sql.by_hand().join(" ")
    ))
}

/// A refusal of the change itself, with what to do about it.
fn with_way_out(mut error: AwsError, sql: &DatabaseUser) -> AwsError {
    if let Some(way_out) = way_out(&error, sql) {
        error.message = format!("{}. {way_out}", error.message);
    }
    error
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

    fn passes(&self, error: &AwsError) -> bool {
        error.kind == ErrorKind::Throttled || is_one_of(error, &SOON)
    }

    async fn apply_one(&self, operation: &str, run_context: &RunContext) -> Result<Sent, AwsError> {
        let session = run_context.mutating_session();
        let rds = run_context.session.rds(&self.region);
        let (arn, _) = rds.data_api_of(&self.cluster).await?;
        let sent = match (operation, self.sql()) {
            (EXECUTE, Some(sql)) => {
                let api = session.data_api(&self.region);
                let done = api.execute(&self.place(&arn), &sql.statement()).await;
                done.map_err(|error| with_way_out(error, &sql))?
            }
            _ => session.rds(&self.region).enable_data_api(&arn).await?,
        };
        Ok(sent.into())
    }
}
