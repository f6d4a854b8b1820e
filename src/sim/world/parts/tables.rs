//! DynamoDB's tables: in one Region, or in several with strong or eventual consistency (aws-facts §16.1).

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value as Json};

use gwctl_fleet::Region;

/// A write in one Region that comes so soon after one of the same item in another meets it under way. AWS gives no
/// figure (aws-facts §16.1).
const UNDER_WAY: SignedDuration = SignedDuration::from_millis(40);

/// What a write in one Region means in the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableKind {
    /// There are no others.
    OneRegion,
    /// The latest item is the same everywhere.
    Strong,
    /// Each Region has a copy, which learns of a write elsewhere so much later; the last writer wins.
    Eventual(SignedDuration),
}

/// Partition key and sort key.
pub type ItemKey = (String, String);
/// An item's attributes, its keys among them, in DynamoDB's own JSON.
pub type Attributes = Map<String, Json>;

/// Why a table does not do what it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableRefused {
    /// Another Region is writing the same item.
    Conflict,
    /// The replica reaches no other.
    Isolated,
}

/// A write on its way to a copy.
#[derive(Debug, Clone)]
struct Arriving {
    written: Timestamp,
    arrives: Timestamp,
    to: Region,
    key: ItemKey,
    item: Attributes,
}

/// Items by their keys, with the moment each was written.
type Copied = BTreeMap<ItemKey, (Timestamp, Attributes)>;

/// One table.
#[derive(Debug, Clone)]
pub struct WorldTable {
    pub kind: TableKind,
    pub regions: Vec<Region>,
    /// How many items queries were answered with.
    pub handed_out: usize,
    copies: BTreeMap<Region, Copied>,
    arriving: Vec<Arriving>,
    /// Which Region wrote an item last, and when.
    writing: BTreeMap<ItemKey, (Region, Timestamp)>,
    isolated: BTreeSet<Region>,
}

impl WorldTable {
    fn new(kind: TableKind, regions: Vec<Region>) -> Self {
        Self {
            kind,
            copies: regions
                .iter()
                .map(|region| (region.clone(), Copied::new()))
                .collect(),
            regions,
            handed_out: 0,
            arriving: Vec::new(),
            writing: BTreeMap::new(),
            isolated: BTreeSet::new(),
        }
    }

    /// From now on the replica in `region` reaches no other, or it does again.
    pub fn isolate(&mut self, region: &Region, isolated: bool) {
        if isolated {
            self.isolated.insert(region.clone());
        } else {
            self.isolated.remove(region);
        }
    }

    /// Whether writes and strong reads in `region` fail: what a strongly consistent replica does that reaches no other
    /// (aws-facts §16.1, an inference there).
    pub fn fails(&self, region: &Region) -> Option<TableRefused> {
        let alone = self.kind == TableKind::Strong && self.isolated.contains(region);
        alone.then_some(TableRefused::Isolated)
    }

    /// The copy that `region` reads: all Regions of a strongly consistent table read the same.
    fn home<'r>(&'r self, region: &'r Region) -> &'r Region {
        match self.kind {
            TableKind::Strong => self.regions.first().unwrap_or(region),
            TableKind::OneRegion | TableKind::Eventual(_) => region,
        }
    }

    /// What was on its way to copies and is there by now.
    fn arrive(&mut self, now: Timestamp) {
        let due = |one: &Arriving| one.arrives <= now && !self.isolated.contains(&one.to);
        let (there, still) = std::mem::take(&mut self.arriving)
            .into_iter()
            .partition(due);
        self.arriving = still;
        let there: Vec<Arriving> = there;
        for one in there {
            let copy = self.copies.entry(one.to).or_default();
            let newer = copy
                .get(&one.key)
                .is_some_and(|(written, _)| *written > one.written);
            if !newer {
                copy.insert(one.key, (one.written, one.item));
            }
        }
    }

    /// The item of `key` as a read with strong consistency in `region` finds it.
    pub fn get(&mut self, region: &Region, key: &ItemKey, now: Timestamp) -> Option<Attributes> {
        self.arrive(now);
        let copy = self.copies.get(self.home(region))?;
        Some(copy.get(key)?.1.clone())
    }

    /// The items of partition `pk` in `region`, by their sort keys.
    pub fn partition(&mut self, region: &Region, pk: &str, now: Timestamp) -> Vec<Attributes> {
        self.arrive(now);
        let Some(copy) = self.copies.get(self.home(region)) else {
            return Vec::new();
        };
        let from = (pk.to_owned(), String::new());
        let there = copy.range(from..).take_while(|((one, _), _)| one == pk);
        there.map(|(_, (_, item))| item.clone()).collect()
    }

    /// Writes the item of `key`.
    pub fn put(
        &mut self,
        region: &Region,
        key: ItemKey,
        item: Attributes,
        now: Timestamp,
    ) -> Result<(), TableRefused> {
        if let Some(refused) = self.fails(region) {
            return Err(refused);
        }
        self.arrive(now);
        if self.kind == TableKind::Strong {
            let under_way = self
                .writing
                .get(&key)
                .is_some_and(|(other, at)| other != region && now.duration_since(*at) < UNDER_WAY);
            if under_way {
                return Err(TableRefused::Conflict);
            }
            self.writing.insert(key.clone(), (region.clone(), now));
        }
        let home = self.home(region).clone();
        if let TableKind::Eventual(lag) = self.kind {
            for to in self.regions.iter().filter(|to| **to != home) {
                self.arriving.push(Arriving {
                    written: now,
                    arrives: now + lag,
                    to: to.clone(),
                    key: key.clone(),
                    item: item.clone(),
                });
            }
        }
        let copy = self.copies.entry(home).or_default();
        copy.insert(key, (now, item));
        Ok(())
    }
}

/// All tables, by their names.
#[derive(Debug, Clone, Default)]
pub struct Tables(BTreeMap<String, WorldTable>);

impl Tables {
    /// The name of the table that the team of a simulated fleet can share.
    pub const TEAM: &str = "gwctl";

    /// That table alone, strongly consistent in the three Regions of one set (aws-facts §16.1).
    pub(in crate::world) fn founded() -> Self {
        let regions = ["us-east-1", "us-east-2", "us-west-2"];
        let regions = regions.iter().filter_map(|code| Region::new(code).ok());
        let mut tables = Self::default();
        tables.make(Self::TEAM, TableKind::Strong, regions.collect());
        tables
    }

    /// Makes the table `name`.
    pub fn make(&mut self, name: &str, kind: TableKind, regions: Vec<Region>) {
        self.0
            .insert(name.to_owned(), WorldTable::new(kind, regions));
    }

    /// The table `name`, where `region` has one.
    pub fn get(&mut self, name: &str, region: &Region) -> Option<&mut WorldTable> {
        let table = self.0.get_mut(name)?;
        table.regions.contains(region).then_some(table)
    }

    /// The table `name`, whatever its Regions.
    pub fn named(&mut self, name: &str) -> Option<&mut WorldTable> {
        self.0.get_mut(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(ms).unwrap()
    }

    fn item(beat: &str) -> Attributes {
        let attributes = serde_json::json!({ "beat": { "S": beat } });
        attributes.as_object().cloned().unwrap()
    }

    fn key() -> ItemKey {
        ("lease".into(), "api.example.com".into())
    }

    fn regions() -> Vec<Region> {
        ["us-east-1", "us-east-2", "us-west-2"]
            .map(|code| Region::new(code).unwrap())
            .to_vec()
    }

    #[test]
    fn of_an_eventual_table_two_regions_differ_until_the_lag_is_over_and_the_last_writer_wins() {
        let regions = regions();
        let lag = SignedDuration::from_millis(900);
        let mut table = WorldTable::new(TableKind::Eventual(lag), regions.clone());
        table.put(&regions[0], key(), item("a"), at(0)).unwrap();
        assert_eq!(table.get(&regions[1], &key(), at(100)), None);
        table.put(&regions[1], key(), item("b"), at(100)).unwrap();
        assert_eq!(table.get(&regions[0], &key(), at(200)), Some(item("a")));
        for region in &regions {
            assert_eq!(
                table.get(region, &key(), at(2_000)),
                Some(item("b")),
                "{region}"
            );
        }
    }

    #[test]
    fn of_a_strong_table_all_regions_read_the_same_and_two_writes_at_once_conflict() {
        let regions = regions();
        let mut table = WorldTable::new(TableKind::Strong, regions.clone());
        table.put(&regions[0], key(), item("a"), at(0)).unwrap();
        assert_eq!(table.get(&regions[2], &key(), at(1)), Some(item("a")));
        let at_once = table.put(&regions[1], key(), item("b"), at(10));
        assert_eq!(at_once, Err(TableRefused::Conflict));
        table.put(&regions[1], key(), item("b"), at(100)).unwrap();
        table.isolate(&regions[2], true);
        assert_eq!(table.fails(&regions[2]), Some(TableRefused::Isolated));
        assert_eq!(table.fails(&regions[0]), None);
    }
}
