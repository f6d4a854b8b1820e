//! That a run was accepted by whom it was offered: said in the table, heard by the process that drives it.

use crate::Team;
use crate::written::Outcome;
use gwctl_aws::{AwsError, Item, Only};

const BY: &str = "by";

fn partition(run: &str) -> String {
    format!("handover#{run}")
}

impl Team {
    /// Says that `by` accepts the offer called `offer` of the run `id`. Only the first to accept counts.
    ///
    /// # Errors
    /// The table does not answer, and nobody may have heard it.
    pub async fn accept(&self, id: &str, offer: &str, by: &str) -> Result<(), AwsError> {
        let item = Item {
            pk: partition(id),
            sk: offer.to_owned(),
            attributes: [(BY.to_owned(), by.to_owned())].into(),
        };
        match self.replicas.put(&item, Only::IfAbsent).await? {
            Outcome::Ours | Outcome::Theirs(_) => Ok(()),
        }
    }

    /// Who accepted the offer called `offer` of the run `id`.
    pub async fn acceptance(&self, id: &str, offer: &str) -> Result<Option<String>, AwsError> {
        let partition = &partition(id);
        let query = |table: gwctl_aws::Table| async move { table.query(partition, offer).await };
        let items = self.replicas.ask(query).await?;
        let accepted = items.into_iter().find(|item| item.sk == offer);
        Ok(accepted.and_then(|item| Some(item.text(BY)?.to_owned())))
    }
}
