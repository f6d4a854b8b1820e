//! Plans that wait for somebody else's approval, and the approvals: for every machine of the team to read.

use crate::written::Outcome;
use crate::{NotKept, Team};
use gwctl_aws::{AwsError, Item, Only};

/// The partition of all plans that wait, or waited.
const ASKED: &str = "approvals";
/// The attribute that holds the document.
const TEXT: &str = "text";
const STATE: &str = "state";
const OPEN: &str = "open";
const OVER: &str = "over";
/// Bytes of a document: DynamoDB takes 400 KB with the names of the attributes (aws-facts §16.2).
const MOST: usize = 350 * 1_024;

fn partition(id: &str) -> String {
    format!("approval#{id}")
}

impl Team {
    /// Lets the plan called `id` wait: `text` is what others read.
    pub async fn ask_approval(&self, id: &str, text: &str) -> Result<(), NotKept> {
        if text.len() > MOST {
            return Err(NotKept::TooLong);
        }
        let item = asked(id, OPEN, text);
        match self.replicas.put(&item, Only::IfAbsent).await? {
            Outcome::Ours => Ok(()),
            Outcome::Theirs(_) => Err(NotKept::Another(id.to_owned())),
        }
    }

    /// The plan called `id` waits no longer. Its text is not kept: a run has it in its journal.
    pub async fn end_asking(&self, id: &str) -> Result<(), AwsError> {
        let only = Only::If(STATE, OPEN);
        match self.replicas.put(&asked(id, OVER, "-"), only).await? {
            Outcome::Ours | Outcome::Theirs(_) => Ok(()),
        }
    }

    /// The documents of all plans that wait, by name.
    pub async fn asked_approvals(&self) -> Result<Vec<(String, String)>, AwsError> {
        let query = |table: gwctl_aws::Table| async move { table.query(ASKED, "").await };
        let items = self.replicas.ask(query).await?.into_iter();
        let open = items.filter(|item| item.text(STATE) == Some(OPEN));
        let known = open.filter_map(|item| Some((item.text(TEXT)?.to_owned(), item.sk)));
        Ok(known.map(|(text, id)| (id, text)).collect())
    }

    /// Writes down that `who` approves the plan called `id`. The first time counts.
    pub async fn approve(&self, id: &str, who: &str, text: &str) -> Result<(), AwsError> {
        let item = Item {
            pk: partition(id),
            sk: who.to_owned(),
            attributes: [(TEXT.to_owned(), text.to_owned())].into(),
        };
        match self.replicas.put(&item, Only::IfAbsent).await? {
            Outcome::Ours | Outcome::Theirs(_) => Ok(()),
        }
    }

    /// The documents of the approvals of the plan called `id`.
    pub async fn approvals(&self, id: &str) -> Result<Vec<String>, AwsError> {
        let partition = &partition(id);
        let query = |table: gwctl_aws::Table| async move { table.query(partition, "").await };
        let items = self.replicas.ask(query).await?.into_iter();
        Ok(items
            .filter_map(|item| Some(item.text(TEXT)?.to_owned()))
            .collect())
    }
}

fn asked(id: &str, state: &str, text: &str) -> Item {
    let attributes = [(STATE, state), (TEXT, text)];
    let attributes = attributes.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Item {
        pk: ASKED.into(),
        sk: id.to_owned(),
        attributes: attributes.into(),
    }
}
