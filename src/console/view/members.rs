//! The members of the global database: what their own Regions say of them, and what the global cluster says.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::absent::why_empty;
use super::flow::status_role;
use super::freshness::{Freshness, Known, Show, Shown};
use super::scene::Scene;
use super::table::{Column, Grid};
use super::theme::Role;
use super::{paint, sites};
use crate::app::{Panel, Subject};
use gwctl_fleet::format;
use gwctl_fleet::{
    Cluster, ClusterState, DbProxy, Member, Metric, Region, Snapshot, clean, member_verdict,
};

const REGION: &str = "Region";
const ROLE: &str = "Role";
const STATUS: &str = "Status";
const LAG: &str = "Lag";
const CPU: &str = "CPU";
const ACU: &str = "ACU";
const CONNECTIONS: &str = "Conns";
const COMMITS: &str = "Commits";
const FORWARDING: &str = "Forwarding";
const SYNC: &str = "Sync";
const CLUSTER: &str = "Cluster";
const INSTANCES: &str = "Instances";
const PROXY: &str = "Proxy";
const AGE: &str = "Age";

/// The columns that this database has something for.
fn columns(snapshot: &Snapshot) -> Vec<Column> {
    let any = |has: fn(&Cluster) -> bool| snapshot.database.clusters.values().any(has);
    let scales = any(|cluster| cluster.state.last().is_some_and(scales));
    let proxied = any(|cluster| cluster.proxies.last().is_some_and(|all| !all.is_empty()));
    let columns = [
        Some(Column::words(REGION, 16, 0)),
        Some(Column::words(ROLE, 6, 1)),
        Some(Column::words(STATUS, 12, 2).stretching(6)),
        Some(Column::figure(LAG, 9, 3)),
        Some(Column::figure(CPU, 7, 5)),
        scales.then_some(Column::figure(ACU, 7, 5)),
        Some(Column::figure(CONNECTIONS, 6, 6)),
        Some(Column::figure(COMMITS, 8, 8)),
        Some(Column::words(FORWARDING, 10, 9)),
        Some(Column::words(SYNC, 12, 10)),
        Some(Column::words(CLUSTER, 14, if scales { 6 } else { 4 }).stretching(18)),
        Some(Column::words(INSTANCES, 16, 7)),
        proxied.then_some(Column::words(PROXY, 14, 7).stretching(14)),
        Some(Column::figure(AGE, 4, 11)),
    ];
    columns.into_iter().flatten().collect()
}

fn scales(state: &ClusterState) -> bool {
    state.serverless().is_some()
}

/// Draws the panel.
pub fn draw(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let columns = columns(scene.snapshot);
    let Some((grid, body)) = Grid::open(scene, area, buf, Panel::Members, &columns) else {
        return;
    };
    let visible = scene.visible(Panel::Members, body, buf);
    if visible.is_empty() {
        let why = [scene.snapshot.database.topology.why_missing()];
        let none = if scene.snapshot.database.id.is_empty() {
            "no global database"
        } else {
            "the global cluster has no member"
        };
        let text = why_empty(scene, Panel::Members, "member", why, none);
        scene.nothing(body, buf, &text);
    }
    for (place, entry) in visible {
        if let Subject::Member(region) = &entry.subject {
            let row = Row {
                scene,
                grid: &grid,
                columns: &columns,
                place,
            };
            row.draw(buf, region);
        }
    }
    scene.footing(area, buf, Some(Panel::Members));
}

struct Row<'a, 's> {
    scene: &'a Scene<'s>,
    grid: &'a Grid,
    columns: &'a [Column],
    place: Rect,
}

impl Row<'_, '_> {
    fn draw(&self, buf: &mut Buffer, region: &Region) {
        let scene = self.scene;
        let verdict = member_verdict(scene.snapshot, region);
        if let Some(cell) = self.cell(REGION) {
            let mark = scene.theme.glyphs.verdict(verdict);
            let name = cell.width.saturating_sub(2);
            paint::text(buf, cell.x, cell.y, 1, mark, scene.theme.verdict(verdict));
            paint::text(
                buf,
                cell.x + 2,
                cell.y,
                name,
                region.as_str(),
                scene.style(Role::Title),
            );
        }
        for (title, shown) in words(scene, region) {
            if let Some(cell) = self.cell(title) {
                paint::text(
                    buf,
                    cell.x,
                    cell.y,
                    cell.width,
                    shown.fitting(cell.width),
                    shown.style,
                );
            }
        }
        for (title, shown) in figures(scene, region) {
            if let Some(cell) = self.cell(title) {
                paint::figure(buf, cell, &shown);
            }
        }
    }

    /// Where the column of this title is, if there is room for it.
    fn cell(&self, title: &str) -> Option<Rect> {
        let mut columns = self.columns.iter();
        let index = columns.position(|column| column.title == title)?;
        self.grid.cell(index, self.place)
    }
}

/// AWS calls a cluster without an instance available: it is, to replication alone.
fn status_of(state: &ClusterState) -> String {
    if state.is_headless() && state.status == "available" {
        return "headless".into();
    }
    clean(&state.status, 18)
}

/// `2 of 2 available`; a headless cluster has none.
fn instances_up(state: &ClusterState) -> String {
    if state.is_headless() {
        return "none: headless".into();
    }
    let instances = &state.instances;
    let up = instances
        .iter()
        .filter(|instance| instance.status == "available")
        .count();
    format!("{up} of {} available", instances.len())
}

/// What the member's own Region says, and what the global cluster says of it.
fn words(scene: &Scene<'_>, region: &Region) -> Vec<(&'static str, Shown)> {
    let database = &scene.snapshot.database;
    let mut words = vec![(ROLE, sites::role(scene, region))];
    if let Some(cluster) = database.clusters.get(region) {
        let state = scene.known(&cluster.state);
        let headless = state.value.is_some_and(ClusterState::is_headless);
        let (status, instances) = if headless {
            (Role::Degraded, Role::Degraded)
        } else {
            let status = state.value.map_or("", |state| &state.status);
            (status_role(status), Role::Muted)
        };
        words.push((STATUS, state.show(scene.theme, status, 18, status_of)));
        words.push((
            INSTANCES,
            state.show(scene.theme, instances, 24, instances_up),
        ));
        let proxies = scene.known(&cluster.proxies);
        words.push((
            PROXY,
            proxies.show(scene.theme, Role::Muted, 28, |all| proxied(all)),
        ));
    }
    let topology = scene.known(&database.topology);
    let part = |of: fn(&Member) -> Option<&str>| {
        let known = topology.and_then(|topology| of(topology.member(region)?));
        let usual = known
            .value
            .is_some_and(|word| status_role(word) == Role::Healthy);
        let role = if usual { Role::Text } else { Role::Degraded };
        known.show(scene.theme, role, 0, |word| clean(word, 40))
    };
    words.push((
        FORWARDING,
        part(|member| member.write_forwarding.as_deref()),
    ));
    words.push((SYNC, part(|member| member.synchronization.as_deref())));
    let cluster = topology.and_then(|topology| Some(topology.member(region)?.cluster.as_str()));
    words.push((
        CLUSTER,
        cluster.show(scene.theme, Role::Muted, 0, |name| clean(name, 40)),
    ));
    words
}

/// `orders-use1-proxy`, and its status where that is not simply available.
fn proxied(all: &[DbProxy]) -> String {
    let each: Vec<String> = all
        .iter()
        .map(|proxy| {
            let name = clean(&proxy.name, 40);
            if proxy.status == "available" {
                name
            } else {
                format!("{} {name}", clean(&proxy.status, 18))
            }
        })
        .collect();
    if each.is_empty() {
        "none".into()
    } else {
        each.join(", ")
    }
}

fn figures(scene: &Scene<'_>, region: &Region) -> Vec<(&'static str, Shown)> {
    let cluster = scene.snapshot.database.clusters.get(region);
    let figure = |metric, write: &dyn Fn(f64) -> String| {
        // Which cluster to ask for, the topology tells.
        let unasked = Known {
            state: Freshness::NotYet,
            ..Known::none()
        };
        let known = cluster.map_or(unasked, |cluster| scene.metric(&cluster.metrics, metric));
        scene.figure(known, None, 0, write)
    };
    let age = cluster.and_then(|cluster| cluster.state.age(scene.now));
    let age = age.map_or_else(|| scene.theme.glyphs.marks.not_yet.into(), format::age);
    let range = cluster.and_then(|cluster| cluster.state.last()?.serverless());
    let mut figures = vec![
        (LAG, sites::lag(scene, region, 9)),
        (CPU, figure(Metric::DbCpu, &format::share)),
        (
            CONNECTIONS,
            figure(Metric::DbConnections, &format::short_count),
        ),
        (
            COMMITS,
            figure(Metric::DbWriteThroughput, &|value| {
                format!("{}/s", format::short_count(value))
            }),
        ),
        (AGE, Shown::new(age, scene.theme, Role::Muted)),
    ];
    if let Some(range) = range {
        let used = figure(Metric::DbCapacity, &|value| {
            format!("{}/{}", format::acu(value), format::acu(range.max))
        });
        figures.push((ACU, used));
    }
    figures
}
