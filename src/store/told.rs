//! What was told last of a fleet: whoever tells next goes on from there.

use crate::Team;
use crate::written::Outcome;
use gwctl_aws::{AwsError, Item, Only, Table};

/// The partition of what was told.
const TOLD: &str = "told";
/// What, and another value with every change.
const WHAT: &str = "what";
const MARK: &str = "mark";

impl Team {
    /// What was told last of the fleet `domain`; none where nothing was.
    pub async fn told(&self, domain: &str) -> Result<Option<String>, AwsError> {
        let item = self.told_item(domain).await?;
        Ok(item.and_then(|item| item.text(WHAT).map(str::to_owned)))
    }

    /// Writes down what was told of the fleet `domain`. Whoever does so has the lease of telling: of two at once, the
    /// first one stays.
    pub async fn note_told(&self, domain: &str, what: &str) -> Result<(), AwsError> {
        let before = self.told_item(domain).await?;
        let mark = before.as_ref().and_then(|item| item.text(MARK));
        let only = mark.map_or(Only::IfAbsent, |mark| Only::If(MARK, mark));
        let item = Item {
            pk: TOLD.into(),
            sk: domain.to_owned(),
            attributes: [
                (WHAT.to_owned(), what.to_owned()),
                (MARK.to_owned(), format!("{:032x}", fastrand::u128(..))),
            ]
            .into(),
        };
        match self.replicas.put(&item, only).await? {
            Outcome::Ours | Outcome::Theirs(_) => Ok(()),
        }
    }

    async fn told_item(&self, domain: &str) -> Result<Option<Item>, AwsError> {
        let query = |table: Table| async move { table.query(TOLD, domain).await };
        let items = self.replicas.ask(query).await?;
        Ok(items.into_iter().find(|item| item.sk == domain))
    }
}
