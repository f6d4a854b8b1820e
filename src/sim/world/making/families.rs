//! Which service makes a resource.

use super::super::State;
use super::{Begun, Wanted, opaque};
use crate::fleet::Region;

/// Resources that are made alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Alarm,
    Certificate,
    /// Has no physics: kept as data.
    Opaque,
}

impl Family {
    /// The family of a resource type, or that there is none of this name.
    pub(super) fn of(kind: &str) -> Result<Self, String> {
        match kind {
            "AWS::CloudWatch::Alarm" => Ok(Self::Alarm),
            "AWS::CertificateManager::Certificate" => Ok(Self::Certificate),
            other if opaque::knows(other) => Ok(Self::Opaque),
            other => Err(format!("resources of type {other} are not simulated")),
        }
    }
}

impl State {
    pub(super) fn make(&mut self, family: Family, wanted: &Wanted<'_>) -> Begun {
        match family {
            Family::Alarm => self.make_alarm(wanted),
            Family::Certificate => self.make_certificate(wanted),
            Family::Opaque => self.make_opaque(wanted),
        }
    }

    pub(super) fn change(
        &mut self,
        family: Family,
        wanted: &Wanted<'_>,
        physical: &str,
    ) -> Result<i64, String> {
        match family {
            Family::Alarm => self.change_alarm(wanted, physical),
            Family::Certificate => Ok(self.change_certificate(physical)),
            Family::Opaque => Ok(self.change_opaque(wanted, physical)),
        }
    }

    pub(super) fn finish_family(&mut self, family: Family, region: &Region, physical: &str) {
        let _ = region;
        match family {
            Family::Certificate => self.issue_certificate(physical),
            Family::Alarm | Family::Opaque => {}
        }
    }

    pub(super) fn unmake(
        &mut self,
        family: Family,
        kind: &str,
        region: &Region,
        physical: &str,
    ) -> Result<i64, String> {
        match family {
            Family::Alarm => Ok(self.unmake_alarm(region, physical)),
            Family::Certificate => self.unmake_certificate(physical),
            Family::Opaque => self.unmake_opaque(kind, region, physical),
        }
    }

    pub(super) fn remove(&mut self, family: Family, kind: &str, region: &Region, physical: &str) {
        match family {
            Family::Alarm => self.remove_alarm(region, physical),
            Family::Certificate => self.remove_certificate(physical),
            Family::Opaque => self.remove_opaque(kind, region, physical),
        }
    }

    pub(super) fn attributes(
        &self,
        family: Family,
        kind: &str,
        region: &Region,
        physical: &str,
    ) -> Vec<(&'static str, String)> {
        match family {
            Family::Alarm => self.attributes_of_alarm(region, physical),
            Family::Certificate => Vec::new(),
            Family::Opaque => self.attributes_of_opaque(kind, region, physical),
        }
    }
}
