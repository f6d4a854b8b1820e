//! What there is of a row beside its cells.

use serde::Serialize;

use super::super::{Further, State, Subject};
use gwctl_fleet::{Page, Partition, Region, clean_line, console_url};

/// What there is of the thing that a row is about.
pub(super) fn of(state: &State, subject: &Subject) -> Further {
    match subject {
        Subject::Alarm(region, index) => {
            let site = state.shown.site(region);
            let alarm = site.and_then(|site| site.alarms.last()?.get(*index));
            let url = alarm.and_then(|alarm| console_url(region, Page::Alarm(&alarm.name)));
            json(alarm, url)
        }
        Subject::Change(index) => {
            let change = state.shown.changes.get(*index);
            let url = change.and_then(|change| {
                let page = Page::of(change.kind, &change.about)?;
                console_url(&place(state, change.region.as_ref()), page)
            });
            json(change, url)
        }
        Subject::Happened(index) => {
            let event = state.timeline.events(state.focused()).nth(*index);
            let url = event.and_then(|event| {
                let (_, id) = event.fields.iter().find(|(name, _)| *name == "event id")?;
                console_url(&place(state, event.region.as_ref()), Page::Event(id))
            });
            json(event, url)
        }
        Subject::Function(region, index) => {
            let site = state.shown.site(region);
            let function = site.and_then(|site| site.functions.get(*index));
            let page = function.map(|function| Page::Function(&function.name));
            Further {
                url: page.and_then(|page| console_url(region, page)),
                ..Further::default()
            }
        }
        Subject::Member(region) => {
            let topology = state.shown.database.topology.last();
            let member = topology.and_then(|topology| topology.member(region));
            let page = member.map(|member| Page::Cluster(&member.cluster));
            Further {
                url: page.and_then(|page| console_url(region, page)),
                ..Further::default()
            }
        }
        _ => Further::default(),
    }
}

/// Global services have their events and their console in one Region of the fleet's partition.
fn place(state: &State, region: Option<&Region>) -> Region {
    let fleets = state.regions().next().map(Partition::of);
    let home = || match fleets {
        Some(partition) => partition.place("cloudfront", &Region::global()),
        None => Region::global(),
    };
    region.cloned().unwrap_or_else(home)
}

fn json<T: Serialize>(thing: Option<&T>, url: Option<String>) -> Further {
    let text = thing.and_then(|thing| serde_json::to_string_pretty(thing).ok());
    let lines = text.iter().flat_map(|text| text.lines());
    Further {
        json: lines.map(clean_line).collect(),
        url,
        raw: false,
    }
}
