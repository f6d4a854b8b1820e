//! A world under another name. Every world holds one fleet, and calls it `orders`; where several fleets are looked
//! at, each has a world, and so an account, of its own, and needs a name of its own.

use std::io;

use http::{HeaderMap, Request, Response, Uri};

use crate::Sim;
use crate::wire::{Handler, handler};
use gwctl_fleet::FleetSpec;

/// What a fleet is called from outside, wherever its world says `orders`: domain, functions, clusters, ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alias(&'static str);

impl Alias {
    /// The world's own name.
    pub const OWN: Self = Self(Sim::NAME);

    /// None where the word has not as many letters as `orders`: CBOR, and `content-length`, count them.
    pub fn new(word: &'static str) -> Option<Self> {
        let fits = word.len() == Sim::NAME.len() && word.bytes().all(|b| b.is_ascii_lowercase());
        fits.then_some(Self(word))
    }

    /// The fleet's name.
    pub const fn name(self) -> &'static str {
        self.0
    }

    /// What the world says, as it is heard outside.
    pub fn told(self, text: &str) -> String {
        swapped(text, Sim::NAME, self.0)
    }

    /// What is said outside, as the world understands it.
    pub fn heard(self, text: &str) -> String {
        swapped(text, self.0, Sim::NAME)
    }

    /// The configuration that names this fleet.
    pub fn spec(self, own: &FleetSpec) -> Option<FleetSpec> {
        let text = serde_json::to_string(own).ok()?;
        serde_json::from_str(&self.told(&text)).ok()
    }

    /// The world's AWS, as callers from outside reach it.
    pub fn handler(self, sim: Sim) -> Handler {
        let door = handler(sim);
        if self == Self::OWN {
            return door;
        }
        std::sync::Arc::new(move |request| {
            let door = door.clone();
            Box::pin(async move {
                let reply = door(self.request(request)?).await?;
                Ok(self.reply(reply))
            })
        })
    }

    fn request(self, request: Request<Vec<u8>>) -> io::Result<Request<Vec<u8>>> {
        let (mut parts, mut body) = request.into_parts();
        parts.uri = self
            .heard(&parts.uri.to_string())
            .parse::<Uri>()
            .map_err(io::Error::other)?;
        swap_headers(&mut parts.headers, self.0, Sim::NAME);
        swap(&mut body, self.0, Sim::NAME);
        Ok(Request::from_parts(parts, body))
    }

    fn reply(self, reply: Response<Vec<u8>>) -> Response<Vec<u8>> {
        let (mut parts, mut body) = reply.into_parts();
        swap_headers(&mut parts.headers, Sim::NAME, self.0);
        swap(&mut body, Sim::NAME, self.0);
        Response::from_parts(parts, body)
    }
}

fn swap_headers(headers: &mut HeaderMap, from: &str, to: &str) {
    for value in headers.values_mut() {
        let mut bytes = value.as_bytes().to_vec();
        swap(&mut bytes, from, to);
        if let Ok(swapped) = http::HeaderValue::from_bytes(&bytes) {
            *value = swapped;
        }
    }
}

fn swapped(text: &str, from: &str, to: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    swap(&mut bytes, from, to);
    // Only letters of ASCII took the place of letters of ASCII.
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// Writes `to` over each `from`, in its capitals and small letters; both have as many letters.
fn swap(bytes: &mut [u8], from: &str, to: &str) {
    if from == to {
        return;
    }
    let length = from.len();
    let mut at = 0;
    while at + length <= bytes.len() {
        let window = &mut bytes[at..at + length];
        if !window.eq_ignore_ascii_case(from.as_bytes()) {
            at += 1;
            continue;
        }
        for (byte, new) in window.iter_mut().zip(to.bytes()) {
            *byte = if byte.is_ascii_uppercase() {
                new.to_ascii_uppercase()
            } else {
                new
            };
        }
        at += length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SimOptions;

    #[test]
    fn a_world_is_called_otherwise_in_all_its_names_and_hears_its_own() {
        let alias = Alias::new("parcel").unwrap();
        let own = Sim::new(SimOptions::default()).unwrap().spec();
        let spec = alias.spec(&own).unwrap();
        assert_eq!(spec.domain, "api.parcel.example.com");
        assert_eq!(spec.edge.hosted_zone, "Z0PARCEL0EXAMPLE1");
        assert_eq!(spec.sites[0].functions, ["parcel-read", "parcel-write"]);
        assert_eq!(alias.heard("Parcel/Evacuation"), "Orders/Evacuation");
        assert_eq!(Alias::OWN.spec(&own).unwrap(), own);
        for word in ["shop", "baskets", "Parcel", "par-el"] {
            assert_eq!(Alias::new(word), None, "{word}");
        }
    }
}
