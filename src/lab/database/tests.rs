//! Against real PostgreSQL. Where it is not installed, each test says so and passes.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Mutex;
use std::time::Instant;

use jiff::Timestamp;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;

use super::*;
use crate::clients::trusting;
use crate::sigv4;
use crate::stand::DatabaseStand;

const ROUND_TRIP: Duration = Duration::from_millis(40);

struct Stand(DatabaseStand);

impl std::ops::Deref for Stand {
    type Target = DatabaseStand;

    fn deref(&self) -> &DatabaseStand {
        &self.0
    }
}

/// Nothing where PostgreSQL is not installed.
async fn stand() -> Option<Stand> {
    DatabaseStand::start(ROUND_TRIP).await.map(Stand)
}

type Client = Session<TlsStream<TcpStream>>;

impl Stand {
    fn region(&self, at: usize) -> &Region {
        &self.regions[at]
    }

    /// As the handler does it: TLS with the lab's authority alone, and a token as password.
    async fn client(
        &self,
        address: Ipv4Addr,
        port: u16,
        token: &str,
        options: &str,
    ) -> Result<Client, SqlError> {
        let mut stream = TcpStream::connect((address, port)).await?;
        stream.write_all(&[0, 0, 0, 8, 4, 210, 22, 47]).await?;
        assert_eq!(stream.read_u8().await?, b'S');
        let tls = trusting(self.authority.certificate()).unwrap();
        let name = ServerName::IpAddress(IpAddr::V4(address).into());
        let stream = tls.connect(name, stream).await?;
        let startup = [("user", USER), ("database", "app"), ("options", options)];
        Session::begin(stream, &startup, Some(token)).await
    }

    async fn session(&self, at: usize, reader: bool, options: &str) -> Result<Client, SqlError> {
        let endpoints = self.databases.endpoints(self.region(at)).unwrap();
        let address = if reader {
            endpoints.reader
        } else {
            endpoints.writer
        };
        let host = format!("{address}:{}", endpoints.port);
        let token = sigv4::token(
            (&host, USER),
            self.region(at).as_str(),
            &self.credentials,
            Timestamp::now(),
        );
        self.client(address, endpoints.port, &token.unwrap(), options)
            .await
    }

    async fn cluster(&self, at: usize) -> Client {
        self.session(at, false, ALONE).await.unwrap()
    }

    async fn forwarding(&self, at: usize) -> Client {
        self.session(at, true, "").await.unwrap()
    }

    /// How many orders a Region's own database has.
    async fn orders(&self, at: usize) -> usize {
        let rows = self
            .databases
            .ask(self.region(at), "SELECT count(*) FROM orders")
            .await
            .unwrap();
        rows[0][0].as_deref().unwrap().parse().unwrap()
    }

    async fn has_orders(&self, at: usize, wanted: usize) -> bool {
        for _ in 0..300 {
            if self.orders(at).await == wanted {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        false
    }
}

/// Every session of another Region than the writer's forwards, unless it says this.
const ALONE: &str = "-c apg_write_forward.consistency_mode=off";

fn order(key: &str) -> String {
    format!("INSERT INTO orders VALUES (gen_random_uuid(), '{key}', '{{}}', 'hash', 'region')")
}

fn code<T>(answer: Result<T, SqlError>) -> String {
    match answer {
        Ok(_) => "no error".to_owned(),
        Err(SqlError::Refused { code, .. }) => code,
        Err(_) => "broken".to_owned(),
    }
}

#[tokio::test]
async fn a_session_is_with_the_database_that_its_endpoint_and_options_say() {
    let Some(stand) = stand().await else { return };
    // The writer's Region: its cluster endpoint writes, its reader endpoint only reads.
    stand.cluster(0).await.ask(&order("a")).await.unwrap();
    assert_eq!(
        "25006",
        code(stand.forwarding(0).await.ask(&order("b")).await)
    );
    // Another Region: its own replica, far sooner than the writer could answer ...
    let mut reader = stand.session(1, true, ALONE).await.unwrap();
    assert!(stand.has_orders(1, 1).await);
    let asked = Instant::now();
    assert_eq!(
        "1",
        reader.ask("SELECT count(*) FROM orders").await.unwrap()[0][0]
            .as_deref()
            .unwrap()
    );
    assert!(asked.elapsed() < ROUND_TRIP, "{:?}", asked.elapsed());
    assert_eq!("25006", code(reader.ask(&order("c")).await));
    assert_eq!("25006", code(stand.cluster(1).await.ask(&order("c")).await));
    // ... and the writer's, when it forwards, over the distance.
    let mut forwarding = stand.forwarding(1).await;
    let asked = Instant::now();
    forwarding.ask(&order("d")).await.unwrap();
    assert!(asked.elapsed() >= ROUND_TRIP, "{:?}", asked.elapsed());
    assert_eq!(2, stand.orders(0).await);
    // A replica that is cut off cannot be switched to: the writer goes on.
    stand.links.cut(stand.region(0), stand.region(2));
    let refused = stand.databases.switch_over(stand.region(2), |_| ()).await;
    assert!(matches!(refused, Err(DatabaseError::NotFollowing { .. })));
    stand.cluster(0).await.ask(&order("e")).await.unwrap();
    // The door itself: wrong Region's token, no token, no TLS.
    let Endpoints { reader, port, .. } = stand.databases.endpoints(stand.region(1)).unwrap();
    let host = format!("{reader}:{port}");
    let foreign = sigv4::token(
        (&host, USER),
        "us-east-1",
        &stand.credentials,
        Timestamp::now(),
    )
    .unwrap();
    for token in [foreign.as_str(), "secret"] {
        let refused = stand.client(reader, port, token, "").await;
        let Err(SqlError::Refused { code, message }) = refused else {
            panic!("a session with {token}")
        };
        assert_eq!(
            ("28000", "PAM authentication failed for user \"handler\""),
            (code.as_str(), message.as_str())
        );
    }
    let plain = TcpStream::connect((reader, port)).await.unwrap();
    assert_eq!(
        "28000",
        code(Session::begin(plain, &[("user", USER)], None).await)
    );
}

#[tokio::test]
async fn a_switchover_loses_nothing_and_every_region_follows() {
    let Some(stand) = stand().await else { return };
    let mut old = stand.cluster(0).await;
    let mut reader = stand.session(1, true, ALONE).await.unwrap();
    old.ask(&order("before")).await.unwrap();
    let data = stand.folder.path().join("db/us-east-1/data");
    std::fs::write(data.join("its own"), "").unwrap();
    let stages = Mutex::new(Vec::new());
    let told = |stage| stages.lock().unwrap().push(stage);
    stand
        .databases
        .switch_over(stand.region(1), told)
        .await
        .unwrap();
    let all = [
        Stage::ReadOnly,
        Stage::Synchronized,
        Stage::Demoted,
        Stage::Promoted,
        Stage::Following,
    ];
    assert_eq!(all, stages.into_inner().unwrap().as_slice());
    assert_eq!(stand.region(1), &stand.databases.writer());
    assert!(
        data.join("its own").exists(),
        "the old writer follows with the files that it has"
    );
    // Sessions to the old writer and to the promoted replica have ended.
    assert_ne!("no error", code(old.ask("SELECT 1").await));
    assert_ne!("no error", code(reader.ask("SELECT 1").await));
    stand.cluster(1).await.ask(&order("local")).await.unwrap();
    assert_eq!(
        "25006",
        code(stand.cluster(0).await.ask(&order("no")).await)
    );
    stand
        .forwarding(0)
        .await
        .ask(&order("forwarded"))
        .await
        .unwrap();
    for at in [0, 1, 2] {
        assert!(
            stand.has_orders(at, 3).await,
            "{} has {}",
            stand.region(at),
            stand.orders(at).await
        );
    }
    stand.0.databases.stop().await;
}

#[tokio::test]
async fn a_failover_loses_what_was_not_replicated_and_the_old_writer_comes_back_as_a_replica() {
    let Some(stand) = stand().await else { return };
    let (from, to) = (stand.region(0), stand.region(2));
    stand.cluster(0).await.ask(&order("kept")).await.unwrap();
    assert!(stand.has_orders(2, 1).await);
    stand.links.cut(from, to);
    stand.cluster(0).await.ask(&order("lost")).await.unwrap();
    // The third Region got it: it has to give it up.
    assert!(stand.has_orders(1, 2).await);
    stand.databases.kill(from).await.unwrap();
    stand.links.heal(from, to);
    assert!(!stand.databases.is_alive(from).await);
    let endpoint = stand.databases.endpoints(from).unwrap();
    assert!(
        TcpStream::connect((endpoint.writer, endpoint.port))
            .await
            .is_err(),
        "a dark Region's door is open"
    );
    stand.databases.fail_over(to, |_| ()).await.unwrap();
    stand.cluster(2).await.ask(&order("after")).await.unwrap();
    stand.databases.revive(from).await.unwrap();
    stand
        .forwarding(0)
        .await
        .ask(&order("forwarded"))
        .await
        .unwrap();
    for at in [0, 1, 2] {
        assert!(
            stand.has_orders(at, 3).await,
            "{} has {}",
            stand.region(at),
            stand.orders(at).await
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_writer_stays_where_it_is_when_the_other_one_dies_in_a_switchover() {
    let Some(stand) = stand().await else { return };
    let lock = stand.folder.path().join("db/eu-west-1/data/postmaster.pid");
    let told = |stage| {
        if stage == Stage::Demoted {
            let lock = std::fs::read_to_string(&lock).unwrap();
            let id = lock.lines().next().unwrap().parse().unwrap();
            let id = rustix::process::Pid::from_raw(id).unwrap();
            rustix::process::kill_process(id, rustix::process::Signal::KILL).unwrap();
        }
    };
    let failed = stand.databases.switch_over(stand.region(1), told).await;
    assert!(failed.is_err());
    assert_eq!(stand.region(0), &stand.databases.writer());
    stand.cluster(0).await.ask(&order("a")).await.unwrap();
    stand.databases.revive(stand.region(1)).await.unwrap();
    for at in [0, 1, 2] {
        assert!(stand.has_orders(at, 1).await, "{}", stand.region(at));
    }
}

#[tokio::test]
async fn lag_is_what_postgresql_measures_and_grows_when_nothing_arrives() {
    let Some(stand) = stand().await else { return };
    let lag = async |at: usize, wanted: &dyn Fn(Option<Duration>) -> bool| {
        for _ in 0..2000 {
            let lag = stand.databases.lag(stand.region(at));
            if wanted(lag) {
                return lag;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let (lag, writer) = (stand.databases.lag(stand.region(at)), stand.region(0));
        let told = stand
            .databases
            .ask(writer, "SELECT * FROM pg_stat_replication")
            .await;
        panic!("of {at} not as wanted: {lag:?}, {told:?}");
    };
    assert!(
        stand.databases.lag(stand.region(0)).is_none(),
        "the writer is behind of nobody"
    );
    let near = ROUND_TRIP / 2..Duration::from_secs(1);
    lag(1, &|lag| lag.is_some_and(|lag| near.contains(&lag))).await;
    stand.links.cut(stand.region(0), stand.region(1));
    lag(1, &|lag| lag >= Some(Duration::from_millis(1500))).await;
    // A dead replica's is not known.
    stand.databases.kill(stand.region(2)).await.unwrap();
    lag(2, &|lag| lag.is_none()).await;
    stand.databases.revive(stand.region(2)).await.unwrap();
    lag(2, &|lag| lag.is_some()).await;
    let folder = stand.folder.path().to_owned();
    drop(stand);
    assert!(!folder.exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_gwctl_runs_makes_the_handlers_user_however_often_it_runs() {
    let Some(stand) = stand().await else { return };
    let user = gwctl_stacks::DatabaseUser::new("another").unwrap();
    let writer = stand.region(0);
    let ask = async |sql: &str| stand.databases.ask(writer, sql).await.unwrap();
    let holds = async || {
        let rows = ask(&user.question()).await;
        rows.first().and_then(|row| row.first().cloned()).flatten()
    };
    assert_eq!(holds().await, None, "an aggregate over no row is NULL");
    ask("CREATE USER another").await;
    assert_ne!(holds().await.as_deref(), Some("t"));
    // Whoever it is signs in with a password, and could not any longer.
    let refused = stand.databases.ask(writer, &user.statement()).await;
    let why = refused.unwrap_err().to_string();
    assert!(why.contains("configure another DatabaseUser"), "{why}");
    ask("DROP USER another").await;
    for _ in 0..2 {
        ask(&user.statement()).await;
        assert_eq!(holds().await.as_deref(), Some("t"));
    }
    stand.0.databases.stop().await;
}
