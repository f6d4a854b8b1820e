//! What an operator wants done.

use serde::{Deserialize, Serialize};

use super::{Mechanism, Mode, SourceCode, Survey};
use gwctl_fleet::Region;

/// The check that a drill is refused by on a bad day, unless it is waived by name.
pub const CALM: &str = "calm";

/// One guided action with its arguments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "kebab-case")]
pub enum Intent {
    /// Make another member of the global database the writer.
    Promote {
        /// The Region that becomes the writer's.
        target: Region,
        /// Switchover or failover; none lets the advisor choose.
        #[serde(default)]
        mode: Option<Mode>,
        /// Fail over although the primary is healthy.
        #[serde(default)]
        force: bool,
    },
    /// No new traffic to a Region, at once.
    Evacuate {
        /// The Region.
        region: Region,
        /// How; none takes the first that survives.
        #[serde(default)]
        mechanism: Option<Mechanism>,
    },
    /// Less traffic to a Region, gradually, by weight.
    Drain {
        /// The Region.
        region: Region,
        /// The share of its traffic that stays, in percent.
        to: u8,
        /// Over how long, in seconds.
        over_s: u64,
    },
    /// The inverse of evacuate and drain, after a hold-down.
    Restore {
        /// The Region.
        region: Region,
        /// How long it must have been healthy, in seconds; none takes the fleet's rule.
        #[serde(default)]
        hold_down_s: Option<u64>,
    },
    /// A planned failover and back: baseline, evacuate beside promote, verify, hold, fail back.
    Drill {
        /// The Region that is left.
        region: Region,
        /// The Region that becomes the writer's.
        to: Region,
        /// How long the operator looks around before failing back, in seconds; none waits for a word.
        #[serde(default)]
        hold_s: Option<u64>,
    },
    /// Remove paths from CloudFront's caches.
    Invalidate {
        /// Paths such as `/orders/*`.
        paths: Vec<String>,
    },
    /// Build the whole fleet that the configuration describes.
    Up {
        /// What is there already; looked up before planning.
        #[serde(default)]
        found: Option<Survey>,
    },
    /// Build the fleet in one more Region, and let traffic in last.
    Provision {
        /// The Region.
        region: Region,
        /// Whose deployed code its handler runs; none takes what the configuration says.
        #[serde(default)]
        code_from: Option<CodeFrom>,
        /// Over how long its share of the traffic rises, in seconds; none lets all in at once.
        #[serde(default)]
        over_s: Option<u64>,
        /// What is there already; looked up before planning.
        #[serde(default)]
        found: Option<Survey>,
    },
    /// Take the fleet out of a Region: traffic first, data last.
    Retire {
        /// The Region.
        region: Region,
        /// What is there; looked up before planning.
        #[serde(default)]
        found: Option<Survey>,
    },
    /// Take the whole fleet down.
    Down {
        /// What is there; looked up before planning.
        #[serde(default)]
        found: Option<Survey>,
    },
    /// Attach another certificate to the distribution.
    AttachCertificate {
        /// ARN of a certificate in us-east-1.
        arn: String,
        /// What ACM says of it; looked up before planning, which is pure.
        #[serde(default)]
        found: Option<CertificateFacts>,
    },
}

/// Where a handler's code is copied from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeFrom {
    /// A Region of the fleet.
    pub region: Region,
    /// Which of its functions; none where it has one.
    pub function: Option<String>,
}

impl std::str::FromStr for CodeFrom {
    type Err = String;

    /// `eu-west-1`, `eu-west-1/orders-read`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (region, function) = match text.split_once('/') {
            Some((region, function)) => (region, Some(function)),
            None => (text, None),
        };
        if function.is_some_and(str::is_empty) {
            return Err("no function is named after the `/`".into());
        }
        Ok(Self {
            region: Region::new(region)?,
            function: function.map(Into::into),
        })
    }
}

/// What a plan must know of a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateFacts {
    /// ACM's word, such as `ISSUED`.
    pub status: String,
    /// The names it is for.
    pub names: Vec<String>,
}

impl Intent {
    /// To build the fleet in `region`, with the configured code, and let all of its traffic in at once.
    pub const fn provision(region: Region) -> Self {
        Self::Provision {
            region,
            code_from: None,
            over_s: None,
            found: None,
        }
    }

    /// The action's name, as its subcommand and its file are called.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Promote { .. } => "promote",
            Self::Evacuate { .. } => "evacuate",
            Self::Drain { .. } => "drain",
            Self::Restore { .. } => "restore",
            Self::Drill { .. } => "drill",
            Self::Invalidate { .. } => "invalidate",
            Self::AttachCertificate { .. } => "certificate",
            Self::Up { .. } => "up",
            Self::Provision { .. } => "provision",
            Self::Retire { .. } => "retire",
            Self::Down { .. } => "down",
        }
    }

    /// Whether it brings back what was lost: only then is there a recovery time to speak of.
    pub const fn recovers(&self) -> bool {
        matches!(
            self,
            Self::Promote { .. } | Self::Evacuate { .. } | Self::Drill { .. }
        )
    }

    /// Whether planning it, which is pure, must be told something first.
    pub const fn must_be_looked_up(&self) -> bool {
        matches!(
            self,
            Self::AttachCertificate { found: None, .. }
                | Self::Up { found: None }
                | Self::Provision { found: None, .. }
                | Self::Retire { found: None, .. }
                | Self::Down { found: None }
        )
    }

    /// The same where no stack is there yet, for those who ask only what it would call.
    #[must_use]
    pub fn on_bare_ground(mut self) -> Self {
        match &mut self {
            Self::Up { found } => *found = Some(Survey::default()),
            Self::Provision {
                code_from, found, ..
            } => {
                *found = Some(Survey {
                    code: code_from.as_ref().map(SourceCode::unseen),
                    ..Survey::default()
                });
            }
            _ => {}
        }
        self
    }

    /// The Region the action is about, where it is about one.
    pub const fn region(&self) -> Option<&Region> {
        match self {
            Self::Promote { target: region, .. }
            | Self::Evacuate { region, .. }
            | Self::Drain { region, .. }
            | Self::Restore { region, .. }
            | Self::Drill { region, .. }
            | Self::Provision { region, .. }
            | Self::Retire { region, .. } => Some(region),
            Self::Invalidate { .. }
            | Self::AttachCertificate { .. }
            | Self::Up { .. }
            | Self::Down { .. } => None,
        }
    }
}

/// Why there is no plan: what was asked for, why it cannot be, and what can be done instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Refused {
    /// In a sentence.
    pub why: String,
    /// What to do instead.
    pub instead: Option<String>,
}

impl Refused {
    pub(super) fn new(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            instead: None,
        }
    }

    pub(super) fn instead(mut self, instead: impl Into<String>) -> Self {
        self.instead = Some(instead.into());
        self
    }
}
