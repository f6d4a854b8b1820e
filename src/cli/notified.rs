//! Who is told what happens, by the configuration.

use super::settings::Settings;
use super::target::Target;
use crate::aws::WebClient;
use crate::notify::{Notifier, Way};

/// Begins to tell those whom the configuration names; none where it names nobody. AWS's own targets are reached with the
/// credentials of `target`. Must be called within a tokio runtime.
pub fn notifier(settings: &Settings, target: &Target) -> Option<Notifier> {
    let spec = &settings.config.notify;
    if spec.targets.is_empty() {
        return None;
    }
    let way = Way {
        web: WebClient::network(),
        aws: Some(target.session.clone()),
        clock: target.clock.clone(),
    };
    Some(Notifier::start(spec, way))
}
