//! The item that says who acts on a fleet (aws-facts §16.2).

use std::time::Duration;

use serde_json::Value;

use crate::LeaseHolder;
use gwctl_aws::Item;

/// The partition of all leases of acting on a fleet.
pub(crate) const LEASES: &str = "lease";
/// The partition of all leases of telling people what happens to a fleet.
pub(crate) const TELLING: &str = "telling";
/// The attribute that another value is written to by every change of the item: conditions name it.
pub(crate) const BEAT: &str = "beat";

const HOLD: &str = "hold";
const TOKEN: &str = "token";
const HOLDER: &str = "holder";
const HOLDS: &str = "holds";
const TTL: &str = "ttl_s";
const FREE: &str = "free";

/// Who wants to act, and on what.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// The fleet by the name that its clients use, whatever a configuration calls it.
    pub domain: String,
    /// Who.
    pub holder: LeaseHolder,
    /// The resources it is held for.
    pub holds: Value,
}

/// A lease as it stands in the table.
#[derive(Debug, Clone, PartialEq)]
pub struct SharedLease {
    /// The fleet by the name that its clients use.
    pub domain: String,
    /// Who has it, or had it last; none where the item does not tell.
    pub holder: Option<LeaseHolder>,
    /// The resources it is held for; null where the item does not tell.
    pub holds: Value,
    /// Grows by one whenever somebody else takes it.
    pub token: u64,
    /// Whether it was given back.
    pub free: bool,
    /// How long it lasts without a sign of its holder.
    pub ttl: Duration,
    pub(crate) beat: String,
    pub(crate) hold: String,
    /// The partition that it is in.
    partition: String,
}

impl SharedLease {
    /// Another one whenever its holder gives a sign.
    pub fn sign(&self) -> &str {
        &self.beat
    }

    /// None where `item` is no lease.
    pub(crate) fn read(item: &Item) -> Option<Self> {
        let parsed = |name: &str| item.text(name)?.parse::<u64>().ok();
        Some(Self {
            domain: item.sk.clone(),
            holder: serde_json::from_str(item.text(HOLDER)?).ok(),
            holds: item
                .text(HOLDS)
                .and_then(|text| serde_json::from_str(text).ok())
                .unwrap_or_default(),
            token: parsed(TOKEN)?,
            free: item.text(FREE).is_some(),
            ttl: Duration::from_secs(parsed(TTL)?),
            beat: item.text(BEAT)?.to_owned(),
            hold: item.text(HOLD)?.to_owned(),
            partition: item.pk.clone(),
        })
    }
}

impl SharedLease {
    /// The item after its holder was gone: with its token, and as nobody's.
    pub(crate) fn ended(&self) -> Item {
        let holder = serde_json::to_string(&self.holder).unwrap_or_default();
        let hold = new_hold();
        let attributes = [
            (HOLDER, holder),
            (HOLDS, self.holds.to_string()),
            (TOKEN, self.token.to_string()),
            (TTL, self.ttl.as_secs().to_string()),
            (BEAT, format!("{hold}-0")),
            (HOLD, hold),
            (FREE, "yes".into()),
        ];
        item((&self.partition, &self.domain), attributes)
    }
}

fn new_hold() -> String {
    format!("{:032x}", fastrand::u128(..))
}

fn item<const N: usize>(
    (partition, domain): (&str, &str),
    attributes: [(&str, String); N],
) -> Item {
    let attributes = attributes.map(|(name, value)| (name.to_owned(), value));
    Item {
        pk: partition.to_owned(),
        sk: domain.to_owned(),
        attributes: attributes.into(),
    }
}

/// What the holder of a lease writes: the same but for `beat`.
#[derive(Debug, Clone)]
pub(crate) struct OwnLease {
    claim: Claim,
    pub(crate) token: u64,
    /// No other hold has it: two of one process neither.
    pub(crate) hold: String,
    ttl: Duration,
    beats: u64,
    partition: &'static str,
}

impl OwnLease {
    pub(crate) fn new(
        claim: Claim,
        token: u64,
        (ttl, partition): (Duration, &'static str),
    ) -> Self {
        Self {
            claim,
            token,
            hold: new_hold(),
            ttl,
            beats: 0,
            partition,
        }
    }

    /// The item with its next beat.
    pub(crate) fn next(&mut self, free: bool) -> Item {
        self.beats += 1;
        let holder = serde_json::to_string(&self.claim.holder).unwrap_or_default();
        let attributes = [
            (HOLDER, holder),
            (HOLDS, self.claim.holds.to_string()),
            (TOKEN, self.token.to_string()),
            (TTL, self.ttl.as_secs().to_string()),
            (HOLD, self.hold.clone()),
            (BEAT, format!("{}-{}", self.hold, self.beats)),
        ];
        let mut item = item((self.partition, &self.claim.domain), attributes);
        if free {
            item.attributes.insert(FREE.into(), "yes".into());
        }
        item
    }
}
