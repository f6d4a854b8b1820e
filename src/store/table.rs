//! The store of a team on several machines: a table of DynamoDB, in front of the files of this machine.

use crate::store::{Answer, RunOf, Store};
use crate::{Files, LeaseHolder, SaidNote, Team};

/// A table, and the files of this machine: its processes speak to one another by these, whether the table answers or not.
#[derive(Clone)]
pub struct Table {
    /// The table as this machine reaches it.
    pub team: Team,
    /// What this machine keeps.
    pub files: Files,
}

impl Store for Table {
    fn driver<'a>(&'a self, run: RunOf<'a>) -> Answer<'a, Option<LeaseHolder>> {
        Box::pin(async move {
            if let Some(here) = self.files.holder(run.id) {
                return Ok(Some(here));
            }
            let lease = self.team.holder(run.domain).await?;
            let holder = lease.and_then(|lease| lease.holder);
            Ok(holder.filter(|holder| holder.run == run.id))
        })
    }

    fn say_note<'a>(&'a self, id: &'a str, note: &'a SaidNote) -> Answer<'a, ()> {
        Box::pin(async move {
            if self.files.holder(id).is_some() {
                return self.files.say_note(id, note).await;
            }
            Ok(self.team.say_note(id, note).await?)
        })
    }

    fn said_notes<'a>(&'a self, id: &'a str) -> Answer<'a, Vec<SaidNote>> {
        Box::pin(async move {
            let mut said = self.team.said_notes(id).await?;
            said.extend(self.files.notes(id));
            Ok(said)
        })
    }

    fn ask_approval<'a>(&'a self, id: &'a str, text: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            self.files.ask_approval(id, text).await?;
            let asked = self.team.ask_approval(id, text).await;
            if asked.is_err() {
                self.files.forget_asked(id);
            }
            asked
        })
    }

    fn end_asking<'a>(&'a self, id: &'a str) -> Answer<'a, ()> {
        Box::pin(async move {
            self.files.forget_asked(id);
            Ok(self.team.end_asking(id).await?)
        })
    }

    fn approve<'a>(&'a self, id: &'a str, who: &'a str, text: &'a str) -> Answer<'a, ()> {
        Box::pin(async move { Ok(self.team.approve(id, who, text).await?) })
    }

    fn approvals<'a>(&'a self, id: &'a str) -> Answer<'a, Vec<String>> {
        Box::pin(async move { Ok(self.team.approvals(id).await?) })
    }

    fn accept<'a>(&'a self, id: &'a str, offer: &'a str, by: &'a str) -> Answer<'a, ()> {
        Box::pin(async move { Ok(self.team.accept(id, offer, by).await?) })
    }

    fn acceptance<'a>(&'a self, id: &'a str, offer: &'a str) -> Answer<'a, Option<String>> {
        Box::pin(async move { Ok(self.team.acceptance(id, offer).await?) })
    }

    fn table(&self) -> Option<&Table> {
        Some(self)
    }
}
