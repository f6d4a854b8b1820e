//! Of which places DNS answers are known, and by whom: what one machine is told says nothing of other clients.

use crate::{DnsAnswer, Snapshot};

/// The vantage of this machine's own resolver.
pub const HERE: &str = "here";

impl DnsAnswer {
    /// Whether it is what this machine's resolver says, and no other client's answer.
    pub fn is_here(&self) -> bool {
        self.vantage == HERE
    }
}

impl Snapshot {
    /// What is not known of the DNS answers of other places, or asked in another way than Route 53's own test, in one
    /// sentence without its full stop; none where there is nothing to say.
    pub fn answers_elsewhere(&self) -> Option<String> {
        let lacks = self.partition().without_test_answer();
        match (lacks, &self.edge.unheard_elsewhere) {
            (None, None) => None,
            (Some(lacks), None) => Some(format!(
                "{lacks}: gwctl asks the zone's name servers instead"
            )),
            (Some(lacks), Some(why)) => Some(format!(
                "{lacks} and the zone's name servers gave no answer ({why}), so what other places are answered is not \
                 known; records, health checks and request counts are read as usual"
            )),
            (None, Some(why)) => Some(format!(
                "what other places are answered is not known ({why}); records, health checks and request counts are \
                 read as usual"
            )),
        }
    }
}
