//! The doors of the databases: what Aurora does before a session begins. TLS, the token of IAM as password
//! (aws-facts §19.1), and which database a session is with (aws-facts §2.2):
//!
//! | | writer's Region | other Regions |
//! |---|---|---|
//! | cluster endpoint | the writer | as the reader endpoint: Aurora calls this endpoint inactive |
//! | reader endpoint | the writer, read-only | the writer for a session that forwards writes, which it does unless its startup options set `apg_write_forward.consistency_mode=off`; the replica for that |
//!
//! Write forwarding is simpler than Aurora's. A session that forwards is with the writer altogether, over the distance. So
//! it sees all that was committed, whatever the consistency it asked for, and its reads take as long as its writes. In
//! Aurora its reads are the replica's, which wait for replication as the consistency demands. What Aurora refuses to
//! forward (aws-facts §19.4) is not refused here, its share of the writer's connections is not limited, and where the
//! writer is gone the session ends, instead of getting an error.

use std::io;
use std::sync::{Arc, Weak};
use std::time::Duration;

use gwctl_fleet::Region;
use jiff::Timestamp;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::door::{Door, Kind};
use super::error::DatabaseError;
use super::message::{self, First, Startup};
use super::shared::Shared;
use super::sql::USER;
use crate::sigv4;

/// The longest that a client takes to sign in.
const PATIENCE: Duration = Duration::from_secs(10);
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
            Kind::Cluster if writer == *self.region => writer,
            Kind::Reader | Kind::Cluster if forwards(startup) => writer,
            Kind::Reader | Kind::Cluster => self.region.clone(),
        }
    }
}

/// Whether the session forwards its writes, as each does that does not say otherwise (aws-facts §2.2).
fn forwards(startup: &Startup) -> bool {
    let options = startup.get("options").unwrap_or_default();
    let mode = options
        .rsplit_once("apg_write_forward.consistency_mode=")
        .map(|(_, mode)| mode);
    mode.is_none_or(|mode| !mode.to_ascii_lowercase().starts_with("off"))
}

async fn refuse(mut client: impl AsyncWrite + Unpin, code: &str, told: &str) -> io::Result<()> {
    client.write_all(&message::fatal(code, told)).await?;
    client.shutdown().await
}
