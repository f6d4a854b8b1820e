//! Four eyes: a plan that waits until somebody else approves exactly it. It is kept beside the journals, and in the
//! table that a team shares.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Approval, Asked, Folder, Operator, Plan, run_name};
use gwctl_aws::{AwsError, ErrorKind};
use gwctl_store::digest;
use gwctl_store::{NotKept, Store, Table};

/// Why a plan is not approved, or does not wait for it.
#[derive(Debug, thiserror::Error)]
pub enum NotApproved {
    #[error("{action} needs the approval of {needed} other {}: nothing was changed", persons(*.needed))]
    NotAsked {
        /// The action's name.
        action: String,
        /// How many others must approve it.
        needed: u32,
    },
    #[error("{id} is approved by {have} of {needed} other {}: nothing was changed", persons(*.needed))]
    TooFew {
        /// The name of the plan that waits.
        id: String,
        /// How many approved it.
        have: usize,
        /// How many must.
        needed: u32,
    },
    #[error("{0} was asked for too long ago: nothing was changed; ask again")]
    Expired(String),
    #[error("{0} waits no longer: it was withdrawn, or has begun")]
    Over(String),
    #[error(
        "you asked for {id} yourself, as {arn}: somebody else must approve it. Two sessions of one role are two persons only where somebody named them, with `role_session_name` in the profile"
    )]
    Own {
        /// The name of the plan that waits.
        id: String,
        /// Who asked, and would approve.
        arn: String,
    },
    #[error("the plan of {0} is not the one whose digest it names: nothing was approved")]
    Changed(String),
    #[error("STS did not return who you are, so that nobody can tell you from who approves")]
    Nobody,
    #[error(transparent)]
    NotKept(Box<NotKept>),
    #[error(
        "you may not write approvals into the shared table: {0}. `gwctl iam-policy approve` prints what an approver needs"
    )]
    NotAllowed(Box<AwsError>),
}

impl From<NotKept> for NotApproved {
    fn from(why: NotKept) -> Self {
        Self::NotKept(why.into())
    }
}

const fn persons(count: u32) -> &'static str {
    if count == 1 { "person" } else { "persons" }
}

impl Plan {
    /// How many others must approve it before it begins.
    pub fn approvals_needed(&self) -> u32 {
        let approvals = &self.rules.approvals;
        approvals.get(self.intent.name()).copied().unwrap_or(0)
    }
}

impl Asked {
    /// The plan, when it is the one that was asked for.
    pub fn plan(&self) -> Result<Plan, NotApproved> {
        let changed = || NotApproved::Changed(self.id.clone());
        if digest(self.plan.as_bytes()) != self.digest {
            return Err(changed());
        }
        serde_json::from_str(&self.plan).map_err(|_| changed())
    }

    /// Whether who AWS knows as `arn` may approve it `at` this time.
    ///
    /// # Errors
    /// They asked for it themselves, it waited too long, or its plan is another one than its digest names.
    pub fn admits(&self, arn: &str, at: Timestamp) -> Result<(), NotApproved> {
        self.plan()?;
        if self.is_by(arn) {
            let (id, arn) = (self.id.clone(), arn.to_owned());
            return Err(NotApproved::Own { id, arn });
        }
        if at > self.until() {
            return Err(NotApproved::Expired(self.id.clone()));
        }
        Ok(())
    }

    /// Whether who AWS knows as `arn` asked for it.
    pub fn is_by(&self, arn: &str) -> bool {
        person(arn) == person(&self.arn)
    }

    /// Those of `all` that count: of this plan, by somebody else, each person once.
    fn counted(&self, all: Vec<Approval>) -> Vec<Approval> {
        let theirs = all
            .into_iter()
            .filter(|one| one.digest == self.digest && !self.is_by(&one.arn));
        let persons: BTreeMap<String, Approval> = theirs
            .map(|one| (person(&one.arn).to_owned(), one))
            .collect();
        persons.into_values().collect()
    }
}

/// Session names that a program made, and nobody gave: another one in each process of the same person, or the same one for
/// everybody.
const NOBODYS: [&str; 4] = [
    "assume-role-from-profile-",
    "botocore-session-",
    "aws-sdk-",
    "gwctl",
];

/// Whom `arn` tells apart: a session by its name, unless nobody gave it that name; then the role alone.
pub(crate) fn person(arn: &str) -> &str {
    match arn.rsplit_once('/') {
        Some((role, session)) if role.contains(":assumed-role/") && is_nobodys(session) => role,
        _ => arn,
    }
}

fn is_nobodys(session: &str) -> bool {
    let made = |prefix: &&str| {
        let rest = session.strip_prefix(*prefix);
        rest.is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '-'))
    };
    NOBODYS.iter().any(made)
}

/// Lets `plan` wait for approval. `arn` is who asks, by AWS's word.
pub async fn ask_approval(
    plan: &Plan,
    store: &dyn Store,
    (operator, arn): (&Operator, Option<&str>),
    at: Timestamp,
) -> Result<Asked, NotApproved> {
    let text = serde_json::to_string(plan).unwrap_or_default();
    let asked = Asked {
        id: run_name::new(plan, at),
        fleet: plan.fleet.clone(),
        domain: plan.binding.domain.clone(),
        title: plan.title.clone(),
        by: operator.word(),
        arn: arn.ok_or(NotApproved::Nobody)?.to_owned(),
        at,
        lasts_s: plan.rules.approval_lasts_s,
        needed: plan.approvals_needed(),
        digest: digest(text.as_bytes()),
        plan: text,
    };
    let document = serde_json::to_string(&asked).unwrap_or_default();
    store.ask_approval(&asked.id, &document).await?;
    Ok(asked)
}

/// Approves the plan that waits as `asked`, as it was shown. `arn` is who approves, by AWS's word.
pub async fn approve(
    asked: &Asked,
    store: &dyn Store,
    (operator, arn): (&Operator, &str),
    at: Timestamp,
) -> Result<(), NotApproved> {
    asked.admits(arn, at)?;
    let approval = Approval {
        by: operator.word(),
        arn: arn.to_owned(),
        at,
        digest: asked.digest.clone(),
    };
    let document = serde_json::to_string(&approval).unwrap_or_default();
    let written = store.approve(&asked.id, arn, &document).await;
    written.map_err(not_written)
}

fn not_written(why: NotKept) -> NotApproved {
    let refusals = [ErrorKind::NotAllowed, ErrorKind::Forbidden];
    match why {
        NotKept::Unavailable(why) if refusals.contains(&why.kind) => {
            NotApproved::NotAllowed(why.into())
        }
        why => why.into(),
    }
}

/// The approvals of `asked` that count.
pub async fn approvals(asked: &Asked, store: &dyn Store) -> Result<Vec<Approval>, NotApproved> {
    let texts = store.approvals(&asked.id).await?;
    let all = texts
        .iter()
        .filter_map(|text| serde_json::from_str(text).ok());
    Ok(asked.counted(all.collect()))
}

/// Whether `plan` may begin `at`: what it waited as, and who approved it. None where its rules ask for nobody.
pub(crate) async fn approved(
    plan: &Plan,
    folder: &Folder,
    store: &dyn Store,
    at: Timestamp,
) -> Result<Option<(Asked, Vec<Approval>)>, NotApproved> {
    let needed = plan.approvals_needed();
    if needed == 0 {
        return Ok(None);
    }
    let fingerprint = plan.fingerprint();
    let waiting = folder.asked().into_iter();
    let mut waiting = waiting.filter(|asked| asked.digest == fingerprint);
    let asked = waiting.next().ok_or_else(|| NotApproved::NotAsked {
        action: plan.intent.name().to_owned(),
        needed,
    })?;
    if at > asked.until() {
        return Err(NotApproved::Expired(asked.id));
    }
    let approvals = approvals(&asked, store).await?;
    if approvals.len() < needed as usize {
        let (id, have) = (asked.id, approvals.len());
        return Err(NotApproved::TooFew { id, have, needed });
    }
    Ok(Some((asked, approvals)))
}

impl Folder {
    /// The plans that wait for approval, as far as this machine knows, the newest first.
    pub fn asked(&self) -> Vec<Asked> {
        let texts = self.files().asked().into_iter();
        let read = texts.filter_map(|text| serde_json::from_str(&text).ok());
        let mut all: Vec<Asked> = read.collect();
        all.sort_by(|a, b| (b.at, &b.id).cmp(&(a.at, &a.id)));
        all
    }

    /// Brings the plans of the fleet `domain` that wait on the team's other machines.
    pub async fn bring_asked(&self, store: &dyn Store, domain: &str) -> Result<(), NotApproved> {
        let Some(Table { team, files }) = store.table() else {
            return Ok(());
        };
        let theirs = team.asked_approvals().await.map_err(NotKept::from)?;
        let known = self.asked().into_iter();
        for over in known.filter(|asked| asked.domain == domain) {
            if theirs.iter().all(|(id, _)| *id != over.id) {
                files.forget_asked(&over.id);
            }
        }
        for (id, text) in theirs {
            let asked = serde_json::from_str::<Asked>(&text);
            if asked.is_ok_and(|asked| asked.domain == domain && asked.id == id) {
                files.keep_asked(&id, &text).map_err(NotKept::from)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_that_nobody_named_is_told_apart_by_its_role_alone() {
        let role = "arn:aws:sts::123456789012:assumed-role/OnCall";
        let of = |session: &str| format!("{role}/{session}");
        for made in [
            "assume-role-from-profile-1790000000000",
            "botocore-session-1790000000",
            "gwctl",
        ] {
            assert_eq!(person(&of(made)), role, "{made}");
        }
        for named in ["ada", "gwctl-ada", "ada@example.com"] {
            assert_eq!(person(&of(named)), of(named));
        }
        let user = "arn:aws:iam::123456789012:user/team/ada";
        assert_eq!(person(user), user);
    }
}
