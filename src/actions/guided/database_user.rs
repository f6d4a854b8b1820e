//! The database user and the table of the reference handler: made once, on the primary, where the handler is the one that
//! gwctl brings.

use super::architecture::{Architecture, Wanted};
use super::building::id;
use super::code;
use crate::check::{Check, Finding};
use crate::task::PrepareDatabase;
use crate::{Change, Step, Task};
use gwctl_fleet::{Missing, Region, Topology};
use gwctl_stacks::DatabaseUser;

/// The check, by whose name it is waived that gwctl does not make the user.
const NAME: &str = "database-user";

/// What is made, and how.
pub(super) enum Preparation {
    /// The handler is the operator's own, and so is what it needs.
    None,
    /// By a step.
    Step {
        task: PrepareDatabase,
        /// Class of the writer instance, which the step needs; none where it is not known.
        class: Option<String>,
    },
    /// By somebody with a connection to the database.
    ByHand { user: DatabaseUser, why: String },
    /// The configured name cannot be a user's.
    NoName(String),
}

impl Preparation {
    /// What becomes of the database, for a handler in a stack of `wanted`: by the writer's cluster, in its Region.
    pub(super) fn of(
        all: &Architecture<'_>,
        wanted: &Wanted,
        (writer, cluster): (&Region, &str),
    ) -> Self {
        if !code::is_reference(all, &wanted.parameters) {
            return Self::None;
        }
        let given = |name: &str, default: &str| {
            let value = wanted.parameters.get(name).cloned();
            value
                .or_else(|| all.region_parameter(name))
                .unwrap_or_else(|| default.into())
        };
        let name = given("DatabaseUser", "handler");
        let Some(user) = DatabaseUser::new(&name) else {
            return Self::NoName(name);
        };
        let by_hand = |why: String| Self::ByHand {
            user: user.clone(),
            why,
        };
        let build = &all.context.spec.build;
        if build.database_user_by_hand {
            return by_hand("the configuration says `database_user_by_hand`".into());
        }
        let class = class_of_writer(all, writer).or_else(|| {
            // It is built with this plan.
            let wanted = given("DBInstanceClass", "");
            (is_to_be_built(all) && !wanted.is_empty()).then_some(wanted)
        });
        if let Some(class) = class.as_ref().filter(|class| class.starts_with("db.t")) {
            return by_hand(format!(
                "the writer instance in {writer} is of class {class}, and the Data API does not work with class T"
            ));
        }
        let secret = build.region.get("MasterUserSecretArn").cloned();
        let own = build
            .regions
            .get(writer)
            .and_then(|own| own.get("MasterUserSecretArn").cloned());
        let Some(secret) = own.or(secret).filter(|arn| !arn.is_empty()) else {
            return by_hand("no secret of the database's first user is configured".into());
        };
        if secret.split(':').nth(3) != Some(writer.as_str()) {
            return by_hand(format!(
                "the secret {secret} is in another Region than the writer: configure its copy in {writer} as `MasterUserSecretArn` of `build.regions.{writer}`"
            ));
        }
        let task = PrepareDatabase {
            region: writer.clone(),
            cluster: cluster.into(),
            secret,
            database: given("DatabaseName", "app"),
            user: name,
        };
        Self::Step { task, class }
    }

    /// What the operator should know of it.
    pub(super) fn check(&self) -> Option<Check> {
        Some(match self {
            Self::None => return None,
            Self::Step { task, class } => {
                let made = format!(
                    "the handler signs in to the database as {}, without a password; a step makes that user and the table orders",
                    task.user
                );
                match class {
                    Some(_) => Check::pass(NAME, made),
                    None => Check::new(
                        NAME,
                        Finding::Warn,
                        format!(
                            "{made}. The class of the writer instance in {} is not known: with class T the Data API does not work, and the step would hold",
                            task.region
                        ),
                    ),
                }
            }
            Self::ByHand { user, why } => Check::new(
                NAME,
                Finding::Waivable,
                format!(
                    "{why}: gwctl does not make the handler's user. Before a Region takes traffic, run this as the database's first user, on the writer: {}",
                    user.by_hand().join(" ")
                ),
            ),
            Self::NoName(name) => Check::new(
                NAME,
                Finding::Fail,
                format!(
                    "`DatabaseUser` is {name}: it must begin with a small letter, have only small letters, digits and _, 63 at most, and not be a name that PostgreSQL or RDS keep for themselves"
                ),
            ),
        })
    }

    /// What the step runs, for the plan's notes.
    pub(super) fn note(&self) -> Option<String> {
        let Self::Step { task, .. } = self else {
            return None;
        };
        let user = DatabaseUser::new(&task.user)?;
        let sql = user.by_hand().join(" ");
        Some(format!(
            "The step {} switches the Data API of {} on, which stays on. It needs secretsmanager:GetSecretValue on {}, and kms:Decrypt on the key of that secret where it is a customer managed key: gwctl does not look which key it is. It runs: {sql}",
            id(NAME, &task.region),
            task.cluster,
            task.secret,
        ))
    }

    /// The step, once the cluster's step `after` is done.
    pub(super) fn step(self, all: &Architecture<'_>, after: Option<String>) -> Option<Step> {
        let Self::Step { task, .. } = self else {
            return None;
        };
        let change = Change::new(
            format!("database {} in {}", task.database, task.region),
            "as it is",
            format!("user {} with IAM sign-in, table orders", task.user),
        );
        let name = id(NAME, &task.region);
        let title = format!(
            "The handler's user and table in the database, by the Data API in {}",
            task.region
        );
        let step = Step::new(
            name,
            title,
            Task::PrepareDatabase(task),
            all.context.snapshot,
        );
        Some(step.changes(change).after(after))
    }
}

/// Whether RDS says that there is no writer yet: one is built as the stack's parameters say.
fn is_to_be_built(all: &Architecture<'_>) -> bool {
    let topology = &all.context.snapshot.database.topology;
    let without = |topology: &Topology| topology.writer().is_none();
    topology.why_missing() == Some(&Missing::NoData) || topology.current().is_some_and(without)
}

/// The class of the writer instance of the cluster in `writer`, as RDS says now. The Data API runs on that one instance
/// (aws-facts §19.3): of what class others are does not matter.
fn class_of_writer(all: &Architecture<'_>, writer: &Region) -> Option<String> {
    let clusters = &all.context.snapshot.database.clusters;
    let instances = &clusters.get(writer)?.state.current()?.instances;
    let instance = instances.iter().find(|one| one.writer)?;
    Some(instance.class.clone())
}

/// The reference handler answers well only once the database knows its user.
pub(super) fn serves_after_it(steps: &mut [Step]) {
    let makes = |step: &&Step| matches!(step.task, Task::PrepareDatabase(_));
    let Some(user) = steps.iter().find(makes).map(|step| step.id.clone()) else {
        return;
    };
    for step in steps {
        if matches!(step.task, Task::AwaitServing(_)) {
            step.after.push(user.clone());
        }
    }
}
