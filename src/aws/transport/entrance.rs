//! How a session gets into the accounts that a fleet names.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};

use crate::transport::assumed_role::AssumedRole;
use crate::transport::mfa::MfaSession;
use crate::transport::session::Session;
use crate::transport::way::Way;
use gwctl_fleet::{Access, Region};

/// No more of the fleet's Regions are asked to assume a role; the session's own comes last.
const MOST: usize = 3;

/// Makes the ways into accounts. One MFA code serves all of them that use its device with the same profile.
pub(crate) struct Entrance<'a> {
    session: &'a Session,
    regions: Vec<Region>,
    proven: BTreeMap<(Option<String>, String), Way>,
}

impl<'a> Entrance<'a> {
    /// `regions`: whose STS is asked, in this order.
    pub(crate) fn new(session: &'a Session, regions: &[Region]) -> Self {
        let mut all = regions.to_vec();
        all.truncate(MOST);
        if !all.contains(&session.home()) {
            all.push(session.home());
        }
        let regions = all;
        Self {
            session,
            regions,
            proven: BTreeMap::new(),
        }
    }

    /// The way that `access` describes, from the credentials of `way`.
    pub(crate) fn account(&mut self, way: Way, access: &Access) -> Way {
        let way = match &access.mfa_serial {
            Some(device) => self.proven(&way, access, device),
            None => way,
        };
        let Some(arn) = &access.role_arn else {
            return way;
        };
        let base = self.session.alone(way.clone());
        let role = AssumedRole::new(base, arn, access, self.regions.clone());
        signed_by(&way, role, access.words())
    }

    fn proven(&mut self, way: &Way, access: &Access, device: &str) -> Way {
        let key = (access.profile.clone(), device.to_owned());
        let (session, regions) = (self.session, self.regions.clone());
        self.proven
            .entry(key)
            .or_insert_with(|| {
                let base = session.alone(way.clone());
                let proven = MfaSession::new(base, device, regions);
                signed_by(way, proven, format!("MFA device {device}"))
            })
            .clone()
    }
}

/// `way` with the credentials of `provider`, for its calls by SDK clients too.
fn signed_by(way: &Way, provider: impl ProvideCredentials + 'static, words: String) -> Way {
    let source = SharedCredentialsProvider::from(Arc::new(provider) as Arc<dyn ProvideCredentials>);
    way.with(source, words).configured(|config| config)
}
