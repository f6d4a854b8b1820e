//! `TestDNSAnswer`: what Route 53 would answer a resolver or a client network.

use std::net::IpAddr;

use super::super::{Answer, Ask, Fault};
use super::{invalid, reversed, zone};
use crate::sim::wire::value::{list, shape};
use crate::sim::world::model::{RecordSet, Resources};

pub fn test_answer(world: &Resources, ask: &Ask) -> Answer {
    let input = &ask.input;
    let zone = zone(world, input.need("hostedzoneid")?)?;
    let (name, kind) = (input.need("recordname")?, input.need("recordtype")?);
    let address = input
        .text("edns0clientsubnetip")
        .or(input.text("resolverip"));
    let address: Option<IpAddr> = address
        .map(|text| {
            text.parse()
                .map_err(|_| invalid(format!("{text} is not an IP address")))
        })
        .transpose()?;
    let here = address.map_or(NORTH_AMERICA, place_of);
    let wanted = reversed(name);
    if wanted != reversed(&zone.name) && !wanted.starts_with(&format!("{}.", reversed(&zone.name)))
    {
        return Err(Fault::bad(
            "InvalidInput",
            format!("{name} is not in the zone {}", zone.name),
        ));
    }
    let named: Vec<&RecordSet> = zone
        .records
        .iter()
        .filter(|one| reversed(&one.name) == wanted)
        .collect();
    // A CNAME stands for every type.
    let of_kind: Vec<&RecordSet> = named
        .iter()
        .copied()
        .filter(|one| one.kind == kind || one.kind == "CNAME")
        .collect();
    let data: Vec<String> = choose(world, &of_kind, here)
        .map(answers)
        .unwrap_or_default();
    let code = if named.is_empty() {
        "NXDOMAIN"
    } else {
        "NOERROR"
    };
    Ok(shape! {
        "Nameserver": zone.name_servers.first().map_or("", String::as_str),
        "RecordName": name,
        "RecordType": kind,
        "RecordData": list("RecordDataEntry", data),
        "ResponseCode": code,
        "Protocol": "UDP",
    }
    .into())
}

fn answers(record: &RecordSet) -> Vec<String> {
    match &record.alias {
        Some(target) => vec![target.name.clone()],
        None => record.values.clone(),
    }
}

/// The nearest healthy record of a latency set; when none is healthy, all count as healthy
/// (aws-facts §3.1).
fn choose<'a>(world: &Resources, set: &[&'a RecordSet], here: (f64, f64)) -> Option<&'a RecordSet> {
    let healthy = |record: &&&RecordSet| {
        record.health_check.as_ref().is_none_or(|id| {
            world
                .health_checks
                .iter()
                .find(|check| &check.id == id)
                .is_none_or(|check| check.healthy)
        })
    };
    let mut eligible: Vec<&RecordSet> = set.iter().filter(healthy).copied().collect();
    if eligible.is_empty() {
        eligible = set.to_vec();
    }
    let distance = |record: &RecordSet| {
        record
            .region
            .as_ref()
            .and_then(|region| region.place())
            .map_or(0.0, |place| angle(here, (place.lat, place.lon)))
    };
    eligible
        .into_iter()
        .min_by(|one, other| distance(one).total_cmp(&distance(other)))
}

/// The great circle's angle between two points of (latitude, longitude) in degrees.
fn angle((lat1, lon1): (f64, f64), (lat2, lon2): (f64, f64)) -> f64 {
    let (lat1, lat2, lon) = (
        lat1.to_radians(),
        lat2.to_radians(),
        (lon2 - lon1).to_radians(),
    );
    (lat1.sin() * lat2.sin() + lat1.cos() * lat2.cos() * lon.cos())
        .clamp(-1.0, 1.0)
        .acos()
}

const NORTH_AMERICA: (f64, f64) = (38.9, -77.4); // also where Route 53 looks from by itself
const EUROPE: (f64, f64) = (50.1, 8.7);
const ASIA_PACIFIC: (f64, f64) = (1.3, 103.8);
const LATIN_AMERICA: (f64, f64) = (-23.5, -46.6);
const AFRICA: (f64, f64) = (-33.9, 18.4);

/// Where a network is, as far as its first bits tell: IANA's registry of /8 blocks names the
/// continent's registry, and its busiest city stands for the continent.
fn place_of(address: IpAddr) -> (f64, f64) {
    match address {
        IpAddr::V4(v4) => match v4.octets()[0] {
            1
            | 14
            | 27
            | 36
            | 39
            | 42
            | 43
            | 49
            | 58..=61
            | 101
            | 103
            | 106
            | 110..=126
            | 133
            | 150
            | 153
            | 163
            | 171
            | 175
            | 180
            | 182
            | 183
            | 202
            | 203
            | 210
            | 211
            | 218..=223 => ASIA_PACIFIC,
            2
            | 5
            | 31
            | 37
            | 46
            | 51
            | 53
            | 57
            | 62
            | 77..=95
            | 109
            | 141
            | 145
            | 151
            | 176
            | 178
            | 185
            | 188
            | 193..=195
            | 212
            | 213
            | 217 => EUROPE,
            177 | 179 | 181 | 186 | 187 | 189..=191 | 200 | 201 => LATIN_AMERICA,
            41 | 102 | 105 | 154 | 196 | 197 => AFRICA,
            _ => NORTH_AMERICA,
        },
        IpAddr::V6(v6) => match v6.segments()[0] {
            0x2400..=0x240f => ASIA_PACIFIC,
            0x2a00..=0x2a1f => EUROPE,
            0x2800..=0x280f => LATIN_AMERICA,
            0x2c00..=0x2c0f => AFRICA,
            _ => NORTH_AMERICA,
        },
    }
}
