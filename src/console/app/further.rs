//! What there is of a row beside its cells: the thing itself as JSON, and where AWS's console shows it.

use serde::Serialize;

use super::{State, Subject};
use gwctl_fleet::{Page, Region, clean_line, console_url};

/// Beside the cells of a row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Further {
    /// The thing as gwctl holds it, line by line; empty where there is none.
    pub json: Vec<String>,
    /// Where AWS's console shows it.
    pub url: Option<String>,
    /// Whether the JSON is shown.
    pub raw: bool,
}

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
                console_url(place(change.region.as_ref()).as_ref()?, page)
            });
            json(change, url)
        }
        Subject::Happened(index) => {
            let event = state.timeline.events(state.focused()).nth(*index);
            let url = event.and_then(|event| {
                let (_, id) = event.fields.iter().find(|(name, _)| *name == "event id")?;
                console_url(place(event.region.as_ref()).as_ref()?, Page::Event(id))
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

/// Global services have their events and their console in one Region.
fn place(region: Option<&Region>) -> Option<Region> {
    region.cloned().or_else(|| Some(Region::global()))
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
