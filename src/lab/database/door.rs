//! Where the doors of the databases are: two loopback addresses a Region, one port, a certificate each.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::{Mutex, PoisonError};

use gwctl_fleet::Region;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::error::DatabaseError;
use super::sql::{DATABASE, USER};
use crate::authority::Authority;

/// Ports that are tried until one is free at every address.
const TRIES: usize = 50;

/// Where a Region's handler finds its database: the values of its environment variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// `WRITER_ENDPOINT`: of the Region's cluster.
    pub writer: Ipv4Addr,
    /// `READER_ENDPOINT`.
    pub reader: Ipv4Addr,
    /// `DATABASE_PORT`, of both.
    pub port: u16,
}

impl Endpoints {
    /// The handler's environment variables, but `DATABASE_CA`: the path of the authority's certificate.
    pub fn variables(&self) -> Vec<(String, String)> {
        let variables = [
            ("DATABASE_NAME", DATABASE.to_owned()),
            ("DATABASE_USER", USER.to_owned()),
            ("DATABASE_PORT", self.port.to_string()),
            ("READER_ENDPOINT", self.reader.to_string()),
            ("WRITER_ENDPOINT", self.writer.to_string()),
        ];
        variables
            .map(|(name, value)| (name.to_owned(), value))
            .to_vec()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Cluster,
    Reader,
}

/// One endpoint.
pub(super) struct Door {
    pub kind: Kind,
    pub address: SocketAddrV4,
    pub acceptor: TlsAcceptor,
    /// Until it is first opened.
    reserved: Mutex<Option<std::net::TcpListener>>,
}

/// Reserves the addresses of all Regions: one port, two addresses a Region.
pub(super) fn reserve(
    regions: &[Region],
    authority: &Authority,
) -> Result<Vec<(Endpoints, [Door; 2])>, DatabaseError> {
    let listeners = (0..TRIES).find_map(|_| listen_everywhere(regions.len()).ok());
    let listeners = match listeners {
        Some(listeners) => listeners,
        None => listen_everywhere(regions.len()).map_err(DatabaseError::io(
            "the lab cannot listen at the loopback addresses 127.1.0.0/16, which Linux gives every machine",
        ))?,
    };
    let doors = listeners.into_iter().map(|[cluster, reader]| {
        let doors = [
            door(Kind::Cluster, cluster, authority)?,
            door(Kind::Reader, reader, authority)?,
        ];
        let endpoints = Endpoints {
            writer: *doors[0].address.ip(),
            reader: *doors[1].address.ip(),
            port: doors[0].address.port(),
        };
        Ok((endpoints, doors))
    });
    doors.collect()
}

fn listen_everywhere(regions: usize) -> io::Result<Vec<[std::net::TcpListener; 2]>> {
    let mut port = 0;
    let mut listen = |region: usize, endpoint: u8| {
        let region = u8::try_from(region + 1)
            .map_err(|_| io::Error::other("more Regions than addresses"))?;
        let listener =
            std::net::TcpListener::bind((Ipv4Addr::new(127, 1, region, endpoint), port))?;
        port = listener.local_addr()?.port();
        Ok::<_, io::Error>(listener)
    };
    (0..regions)
        .map(|region| Ok([listen(region, 1)?, listen(region, 2)?]))
        .collect()
}

fn door(
    kind: Kind,
    listener: std::net::TcpListener,
    authority: &Authority,
) -> Result<Door, DatabaseError> {
    let address = match listener.local_addr() {
        Ok(SocketAddr::V4(address)) => address,
        Ok(SocketAddr::V6(_)) => SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0),
        Err(error) => {
            return Err(DatabaseError::io("the lab cannot listen for a database")(
                error,
            ));
        }
    };
    let identity = authority.issue(&[address.ip().to_string()])?;
    Ok(Door {
        kind,
        address,
        acceptor: crate::tls::acceptor(&identity)?,
        reserved: Mutex::new(Some(listener)),
    })
}

impl Door {
    pub fn listen(&self) -> io::Result<TcpListener> {
        let reserved = self
            .reserved
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let listener = match reserved {
            Some(listener) => listener,
            None => std::net::TcpListener::bind(self.address)?,
        };
        listener.set_nonblocking(true)?;
        TcpListener::from_std(listener)
    }
}
