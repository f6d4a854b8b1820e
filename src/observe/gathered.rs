//! Switches' alarms that several fleets ask about at the same moment: one call for up to a hundred of them, for
//! DescribeAlarms has a rate that the whole account shares (aws-facts §15.2).

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use gwctl_aws::AwsError;
use gwctl_fleet::{Missing, Switch};

/// How long names are gathered, in fleet time.
pub(super) const GATHERING: Duration = Duration::from_millis(50);
/// Names in one call.
const AT_MOST: usize = 100;

/// What AWS says of each alarm that was asked about, or why it said nothing.
pub(super) type Told = Result<BTreeMap<String, Result<Switch, AwsError>>, AwsError>;

#[derive(Debug)]
struct Gathering {
    names: Mutex<BTreeSet<String>>,
    told: watch::Sender<Option<Told>>,
}

/// What is being gathered, by the way into the account and the Region.
#[derive(Debug, Default)]
pub(super) struct Gathered(Arc<Mutex<BTreeMap<String, Arc<Gathering>>>>);

impl Gathered {
    /// What AWS says of the alarm `name` at `place`. Whoever comes first asks for all, after `pause`.
    pub(super) async fn alarm<F>(
        &self,
        place: String,
        name: &str,
        pause: Duration,
        ask: impl FnOnce(Vec<String>) -> F + Send + 'static,
    ) -> Result<Switch, Missing>
    where
        F: Future<Output = Told> + Send,
    {
        let (gathering, is_first) = self.join(&place, name);
        let mut told = gathering.told.subscribe();
        if is_first {
            let all = self.0.clone();
            // Others wait for it, whatever becomes of who came first.
            tokio::spawn(async move {
                tokio::time::sleep(pause).await;
                let names = close(&all, &place, &gathering);
                let told = ask(names).await;
                gathering.told.send_replace(Some(told));
            });
        }
        let told = told.wait_for(Option::is_some).await;
        let told = told.ok().and_then(|told| told.clone());
        let told = told.ok_or(Missing::NoData)?.map_err(Missing::from)?;
        let of = told.get(name).cloned().ok_or(Missing::NoData)?;
        of.map_err(Missing::from)
    }

    fn join(&self, place: &str, name: &str) -> (Arc<Gathering>, bool) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = all.get(place) {
            let mut names = known.names.lock().unwrap_or_else(PoisonError::into_inner);
            if names.len() < AT_MOST || names.contains(name) {
                names.insert(name.to_owned());
                drop(names);
                return (known.clone(), false);
            }
        }
        let gathering = Arc::new(Gathering {
            names: Mutex::new([name.to_owned()].into()),
            told: watch::channel(None).0,
        });
        all.insert(place.to_owned(), gathering.clone());
        (gathering, true)
    }
}

/// Nobody joins `gathering` any longer: the names that are in it.
fn close(
    all: &Mutex<BTreeMap<String, Arc<Gathering>>>,
    place: &str,
    gathering: &Arc<Gathering>,
) -> Vec<String> {
    let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
    if all
        .get(place)
        .is_some_and(|known| Arc::ptr_eq(known, gathering))
    {
        all.remove(place);
    }
    let names = gathering.names.lock();
    let names = names.unwrap_or_else(PoisonError::into_inner);
    names.iter().cloned().collect()
}
