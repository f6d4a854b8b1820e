//! What several fleets ask about at the same moment, each by a name of its own, such as its switch's alarm or its database
//! cluster: one call for up to a hundred of them, for the calls have a rate that the whole account shares (aws-facts
//! §15.2).

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use gwctl_aws::AwsError;
use gwctl_fleet::{Missing, Reachability};

/// How long names are gathered, in fleet time.
pub(super) const GATHERING: Duration = Duration::from_millis(50);
/// Names in one call.
const AT_MOST: usize = 100;

/// What AWS says of each name that was asked about, or why it said nothing.
pub(super) type Told<T> = Result<BTreeMap<String, Result<T, AwsError>>, AwsError>;

/// The same, with what the call told of its Region.
type Heard<T> = (Told<T>, Reachability);

#[derive(Debug)]
struct Gathering<T> {
    names: Mutex<BTreeSet<String>>,
    heard: watch::Sender<Option<Heard<T>>>,
}

/// What is being gathered, by the way into the account and the Region.
type Places<T> = BTreeMap<String, Arc<Gathering<T>>>;

/// Names of one kind that are being gathered.
#[derive(Debug)]
pub(super) struct Gathered<T>(Arc<Mutex<Places<T>>>);

impl<T> Default for Gathered<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T: Clone + Send + Sync + 'static> Gathered<T> {
    /// What AWS says of `name` at `place`, and what the call told of its Region. Whoever comes first asks for all, after
    /// `pause`.
    pub(super) async fn one<F>(
        &self,
        place: String,
        name: &str,
        pause: Duration,
        ask: impl FnOnce(Vec<String>) -> F + Send + 'static,
    ) -> (Result<T, Missing>, Reachability)
    where
        F: Future<Output = Heard<T>> + Send,
    {
        let (gathering, is_first) = self.join(&place, name);
        let mut heard = gathering.heard.subscribe();
        if is_first {
            let all = self.0.clone();
            // Others wait for it, whatever becomes of who came first.
            tokio::spawn(async move {
                tokio::time::sleep(pause).await;
                let names = close(&all, &place, &gathering);
                let heard = ask(names).await;
                gathering.heard.send_replace(Some(heard));
            });
        }
        let heard = heard.wait_for(Option::is_some).await;
        let Some((told, reach)) = heard.ok().and_then(|heard| heard.clone()) else {
            return (Err(Missing::NoData), Reachability::default());
        };
        let of = told.map(|mut told| told.remove(name));
        let of = match of {
            Ok(Some(of)) => of.map_err(Missing::from),
            Ok(None) => Err(Missing::NoData),
            Err(why) => Err(why.into()),
        };
        (of, reach)
    }

    fn join(&self, place: &str, name: &str) -> (Arc<Gathering<T>>, bool) {
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
            heard: watch::channel(None).0,
        });
        all.insert(place.to_owned(), gathering.clone());
        (gathering, true)
    }
}

/// Nobody joins `gathering` any longer: the names that are in it.
fn close<T>(all: &Mutex<Places<T>>, place: &str, gathering: &Arc<Gathering<T>>) -> Vec<String> {
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
