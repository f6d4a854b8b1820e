//! `TestDNSAnswer`: what Route 53 would answer a resolver or a client network.

use std::net::IpAddr;

use crate::wire::services::ask::{Answer, Ask};
use crate::wire::services::route53::zone_input::{invalid, reversed, zone};
use crate::wire::value::{list, shape};
use crate::world::{State, place_of};

pub fn test_answer(world: &State, ask: &Ask) -> Answer {
    let input = &ask.input;
    let zone = zone(&world.resources, input.need("hostedzoneid")?)?;
    let (name, kind) = (input.need("recordname")?, input.need("recordtype")?);
    let apex = reversed(&zone.name);
    let inside = reversed(name);
    if inside != apex && !inside.starts_with(&format!("{apex}.")) {
        return Err(invalid(format!("{name} is not in the zone {}", zone.name)));
    }
    // The client's network counts before the resolver's own address.
    let address = input
        .text("edns0clientsubnetip")
        .or(input.text("resolverip"));
    let address: Option<IpAddr> = address
        .map(|text| {
            text.parse()
                .map_err(|_| invalid(format!("{text} is not an IP address")))
        })
        .transpose()?;
    let answer = world.dns_answer(&name.to_ascii_lowercase(), kind, address.map(place_of));
    Ok(shape! {
        "Nameserver": zone.name_servers.first().map_or("", String::as_str),
        "RecordName": name,
        "RecordType": kind,
        "RecordData": list("RecordDataEntry", answer.values),
        "ResponseCode": answer.code,
        "Protocol": "UDP",
    }
    .into())
}
