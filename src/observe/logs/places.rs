//! Log groups to read, each once, whoever writes to it.

use std::collections::{BTreeMap, BTreeSet};

use super::{GroupLogs, LogKind, missing};
use gwctl_aws::AwsError;
use gwctl_fleet::{Account, Region};

/// A group to read, and which account holds it.
pub(super) struct Place {
    pub region: Region,
    pub source: String,
    pub account: Account,
    pub kind: LogKind,
    /// Its name; none of a cluster that exports no log.
    pub group: Result<Option<String>, AwsError>,
}

/// Who writes to a group.
pub(super) struct Writers {
    pub sources: BTreeSet<String>,
    pub kind: LogKind,
}

/// Each group of an account in a Region, and who writes to it.
pub(super) type Groups = BTreeMap<(Region, Account, String), Writers>;

/// Each group once; and what there is to say of those without a name.
pub(super) fn sorted_out(places: Vec<Place>) -> (Groups, Vec<GroupLogs>) {
    let (mut groups, mut unread) = (Groups::new(), Vec::new());
    for place in places {
        let read = match place.group {
            Ok(Some(name)) => {
                let entry = groups.entry((place.region, place.account, name));
                let writers = entry.or_insert(Writers {
                    sources: BTreeSet::new(),
                    kind: place.kind,
                });
                writers.sources.insert(place.source);
                continue;
            }
            Ok(None) => Ok(None),
            Err(error) => Err(missing(error)),
        };
        unread.push(GroupLogs {
            region: place.region,
            sources: [place.source].into(),
            group: None,
            kind: place.kind,
            read,
            calls: 0,
        });
    }
    (groups, unread)
}
