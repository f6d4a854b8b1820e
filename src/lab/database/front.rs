//! The doors of the databases: what Aurora does before a session begins. TLS, the token of IAM as password
//! (aws-facts-2 §19.1), and which database a session is with (aws-facts §2.2):
//!
//! | | writer's Region | other Regions |
//! |---|---|---|
//! | cluster endpoint | the writer | the replica: Aurora calls this endpoint inactive |
//! | reader endpoint | the writer, read-only | the replica, or the writer for a session that forwards writes |
//!
//! Write forwarding is simpler than Aurora's. A session at a reader endpoint whose startup options set
//! `apg_write_forward.consistency_mode`, to anything but `off`, is with the writer altogether, over the distance. So it
//! sees all that was committed, whatever the consistency it asked for, and its reads take as long as its writes. In
//! Aurora its reads are the replica's, which wait for replication as the consistency demands. Forwarding is on in Aurora
//! without any option (its default is `session`); here a session without it reads only. What Aurora refuses to forward
//! (aws-facts-2 §19.4) is not refused here.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use gwctl_fleet::Region;
use jiff::Timestamp;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::message::{self, First, Startup};
use super::{DatabaseError, Endpoints, Shared, USER};
use crate::authority::Authority;
use crate::sigv4;

/// The longest that a client takes to sign in.
const PATIENCE: Duration = Duration::from_secs(10);
/// Ports that are tried until one is free at every address.
const TRIES: usize = 50;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Cluster,
    Reader,
}

/// One endpoint.
pub(super) struct Door {
    kind: Kind,
    address: SocketAddrV4,
    acceptor: TlsAcceptor,
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
    fn listen(&self) -> io::Result<TcpListener> {
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

/// Opens a Region's doors.
pub(super) fn serve(
    shared: &Arc<Shared>,
    region: &Region,
    tasks: &CancellationToken,
) -> Result<(), DatabaseError> {
    let member = shared.member(region)?;
    for (at, door) in member.doors.iter().enumerate() {
        let listener = door
            .listen()
            .map_err(DatabaseError::io("the lab cannot listen for a database"))?;
        let (open, tasks) = (member.open.token(), tasks.clone());
        let (shared, region) = (Arc::downgrade(shared), region.clone());
        tokio::spawn(async move {
            loop {
                let accepted = tokio::select! {
                    accepted = listener.accept() => accepted,
                    () = open.cancelled() => return,
                    () = tasks.cancelled() => return,
                };
                if let Ok((client, _)) = accepted {
                    tokio::spawn(session(
                        shared.clone(),
                        region.clone(),
                        at,
                        tasks.clone(),
                        client,
                    ));
                }
            }
        });
    }
    Ok(())
}

async fn session(
    shared: Weak<Shared>,
    region: Region,
    door: usize,
    tasks: CancellationToken,
    client: TcpStream,
) {
    let Some(shared) = shared.upgrade() else {
        return;
    };
    let Some((member, door)) = shared
        .member(&region)
        .ok()
        .and_then(|member| Some((member, member.doors.get(door)?)))
    else {
        return;
    };
    let _ = client.set_nodelay(true);
    let ended = member.sessions.token();
    let place = Place {
        shared: &shared,
        region: &region,
        door,
    };
    tokio::select! {
        served = place.serve(client) => {
            if let Err(error) = served {
                tracing::debug!(%region, %error, "a database session ended");
            }
        }
        () = ended.cancelled() => {}
        () = tasks.cancelled() => {}
    }
}

/// Where a session is.
struct Place<'a> {
    shared: &'a Shared,
    region: &'a Region,
    door: &'a Door,
}

impl Place<'_> {
    async fn serve(&self, mut client: TcpStream) -> io::Result<()> {
        loop {
            match timeout(PATIENCE, message::read_first(&mut client)).await?? {
                First::Tls => {
                    client.write_all(b"S").await?;
                    let mut client = timeout(PATIENCE, self.door.acceptor.accept(client)).await??;
                    return match timeout(PATIENCE, message::read_first(&mut client)).await?? {
                        First::Startup(startup) => self.sign_in(client, startup).await,
                        First::Cancel(whole) => self.cancel(&whole).await,
                        First::Tls | First::Gss => Ok(()),
                    };
                }
                First::Gss => client.write_all(b"N").await?,
                First::Cancel(whole) => return self.cancel(&whole).await,
                First::Startup(startup) => {
                    let user = startup.get("user").unwrap_or_default();
                    let database = startup.get("database").unwrap_or(user);
                    let host = client.peer_addr()?.ip();
                    let told = format!(
                        "no pg_hba.conf entry for host \"{host}\", user \"{user}\", database \"{database}\", no encryption"
                    );
                    return refuse(client, "28000", &told).await;
                }
            }
        }
    }

    /// Cancels a statement here or at the writer: keys are unique enough in a lab, and a wrong one is ignored.
    async fn cancel(&self, whole: &[u8]) -> io::Result<()> {
        for region in [self.region, &self.shared.writer()] {
            if let Ok(member) = self.shared.member(region) {
                UnixStream::connect(&member.socket)
                    .await?
                    .write_all(whole)
                    .await?;
            }
        }
        Ok(())
    }

    async fn sign_in<C>(&self, mut client: C, mut startup: Startup) -> io::Result<()>
    where
        C: AsyncRead + AsyncWrite + Unpin,
    {
        client.write_all(&message::ASK_PASSWORD).await?;
        client.flush().await?;
        let token = timeout(PATIENCE, message::read_password(&mut client)).await??;
        let user = startup.get("user").unwrap_or_default().to_owned();
        if let Err(why) = self.check(&token, &user) {
            tracing::debug!(region = %self.region, %why, "a database sign-in was refused");
            return refuse(
                client,
                "28000",
                &format!("PAM authentication failed for user \"{user}\""),
            )
            .await;
        }
        let with = self.partner(&mut startup);
        self.shared.links.there_and_back(self.region, &with).await;
        let Ok(member) = self.shared.member(&with) else {
            return Ok(());
        };
        let mut server = match UnixStream::connect(&member.socket).await {
            Ok(server) => server,
            // Of a forward that fails no code is documented; a broken connection is what is expected.
            Err(_) if with != *self.region => {
                return refuse(
                    client,
                    "08006",
                    "the writer of the global database cannot be reached",
                )
                .await;
            }
            Err(error) => return Err(error),
        };
        server.write_all(&startup.to_bytes()).await?;
        self.shared
            .links
            .carry(client, server, self.region, &with)
            .await
    }

    fn check(&self, token: &str, user: &str) -> Result<(), sigv4::Refused> {
        if user != USER {
            return Err(sigv4::Refused::WrongAudience);
        }
        let host = self.door.address.to_string();
        let credentials = &self.shared.credentials;
        sigv4::verify_token(
            token,
            (&host, user),
            self.region.as_str(),
            credentials,
            Timestamp::now(),
        )
    }

    /// The Region whose database the session is with.
    fn partner(&self, startup: &mut Startup) -> Region {
        let writer = self.shared.writer();
        match self.door.kind {
            Kind::Reader if writer == *self.region => {
                startup.set_first("default_transaction_read_only=on");
                writer
            }
            Kind::Reader if forwards(startup) => writer,
            Kind::Reader | Kind::Cluster => self.region.clone(),
        }
    }
}

/// Whether the session asks for write forwarding.
fn forwards(startup: &Startup) -> bool {
    let options = startup.get("options").unwrap_or_default();
    let mode = options
        .rsplit_once("apg_write_forward.consistency_mode=")
        .map(|(_, mode)| mode);
    mode.is_some_and(|mode| !mode.to_ascii_lowercase().starts_with("off"))
}

async fn refuse(mut client: impl AsyncWrite + Unpin, code: &str, told: &str) -> io::Result<()> {
    client.write_all(&message::fatal(code, told)).await?;
    client.shutdown().await
}
