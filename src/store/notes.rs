//! Notes of those who watch a run: said in the table, and written into the journal by the process that drives the run. A
//! journal has one writer; a note needs no lease.

use crate::Team;
use crate::written::Outcome;
use gwctl_aws::{AwsError, Item, Only};

const BY: &str = "by";
const TEXT: &str = "text";

/// A note on a run, said to the process that drives it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SaidNote {
    /// Its name: said twice, it is written once.
    pub name: String,
    /// `operator@host`.
    pub by: String,
    /// What was noted.
    pub text: String,
}

fn partition(run: &str) -> String {
    format!("note#{run}")
}

impl Team {
    /// Says `note` to the process that drives the run `id`, on whichever machine.
    ///
    /// # Errors
    /// The table does not answer, or refuses it.
    pub async fn say_note(&self, id: &str, note: &SaidNote) -> Result<(), AwsError> {
        let attributes = [(BY, &note.by), (TEXT, &note.text)];
        let attributes = attributes.map(|(name, value)| (name.to_owned(), value.clone()));
        let item = Item {
            pk: partition(id),
            sk: note.name.clone(),
            attributes: attributes.into(),
        };
        match self.replicas.put(&item, Only::IfAbsent).await? {
            Outcome::Ours | Outcome::Theirs(_) => Ok(()),
        }
    }

    /// All notes that were said of the run `id`, the oldest first.
    pub async fn said_notes(&self, id: &str) -> Result<Vec<SaidNote>, AwsError> {
        let partition = &partition(id);
        let query = |table: gwctl_aws::Table| async move { table.query(partition, "").await };
        let items = self.replicas.ask(query).await?.into_iter();
        let notes = items.filter_map(|item| {
            Some(SaidNote {
                by: item.text(BY)?.to_owned(),
                text: item.text(TEXT)?.to_owned(),
                name: item.sk,
            })
        });
        Ok(notes.collect())
    }
}
