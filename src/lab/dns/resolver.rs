//! The resolver of one continent.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use gwctl_sim::wire::{Answers, serve_dns};
use hickory_resolver::proto::op::{Message, MessageType, OpCode, Query, ResponseCode};
use hickory_resolver::proto::rr::Record;
use tokio::time::Instant;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::ask::ask;

/// Answers over UDP and TCP on loopback what Route 53 answers to the clients of one network, and keeps it for its TTL.
///
/// What has no records is not kept: the simulated zone gives no SOA record, which would say for how long (RFC 2308).
/// Dropping it stops it.
#[derive(Debug)]
pub struct Resolver {
    address: SocketAddr,
    memory: Memory,
    _stop: DropGuard,
}

impl Resolver {
    /// Starts one that asks `servers` on behalf of clients in `network`. The servers' time goes `speed` times faster than
    /// this machine's: what they let be kept for a minute is kept for so much less.
    ///
    /// # Errors
    /// No port can be listened on.
    pub async fn start(servers: SocketAddr, network: IpAddr, speed: f64) -> io::Result<Self> {
        let stopping = CancellationToken::new();
        let memory = Memory {
            servers,
            network,
            speed,
            kept: Arc::default(),
        };
        Ok(Self {
            address: serve_dns(memory.clone(), stopping.clone()).await?,
            memory,
            _stop: stopping.drop_guard(),
        })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Forgets what it keeps.
    pub fn flush(&self) {
        self.memory.lock().clear();
    }
}

#[derive(Debug, Clone)]
struct Memory {
    servers: SocketAddr,
    network: IpAddr,
    speed: f64,
    kept: Arc<Mutex<HashMap<Query, Kept>>>,
}

#[derive(Debug, Clone)]
struct Kept {
    records: Vec<Record>,
    since: Instant,
    ttl_s: u32,
}

impl Kept {
    /// `None`: nothing that may be kept.
    fn of(answer: &Message) -> Option<Self> {
        let ttl_s = answer.answers.iter().map(|record| record.ttl).min()?;
        Some(Self {
            records: answer.answers.clone(),
            since: Instant::now(),
            ttl_s,
        })
    }

    /// The records with the time they may still be kept; none when it is over.
    fn now(&self) -> Option<Vec<Record>> {
        let age = self.since.elapsed();
        if age >= Duration::from_secs(self.ttl_s.into()) {
            return None;
        }
        let age_s = u32::try_from(age.as_secs()).ok()?;
        let mut records = self.records.clone();
        for record in &mut records {
            record.ttl -= age_s;
        }
        Some(records)
    }
}

impl Memory {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Query, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From memory, or from the servers.
    async fn look_up(&self, query: &Query) -> (ResponseCode, Vec<Record>) {
        let kept = self.lock().get(query).and_then(Kept::now);
        if let Some(records) = kept {
            return (ResponseCode::NoError, records);
        }
        match ask(self.servers, query, self.network).await {
            Ok(mut answer) => {
                for record in &mut answer.answers {
                    record.ttl = (f64::from(record.ttl) / self.speed).ceil() as u32;
                }
                if let Some(kept) = Kept::of(&answer) {
                    self.lock().insert(query.clone(), kept);
                }
                (answer.metadata.response_code, answer.answers)
            }
            Err(error) => {
                tracing::debug!(%error, name = %query.name(), "a DNS server gave no answer");
                (ResponseCode::ServFail, Vec::new())
            }
        }
    }
}

impl Answers for Memory {
    async fn answer(&self, question: Message) -> Option<Message> {
        let query = question.queries.first()?.clone();
        let (code, records) = self.look_up(&query).await;
        let mut answer = Message::new(question.metadata.id, MessageType::Response, OpCode::Query);
        answer.metadata.recursion_available = true;
        answer.metadata.recursion_desired = question.metadata.recursion_desired;
        answer.metadata.response_code = code;
        answer.add_query(query);
        answer.answers.extend(records);
        Some(answer)
    }
}

#[cfg(test)]
mod tests {
    use gwctl_sim::wire::serve;
    use gwctl_sim::world::History;
    use gwctl_sim::{Sim, SimOptions};
    use hickory_resolver::proto::rr::{Name, RecordType};

    use super::super::Continent;
    use super::*;

    fn query() -> Query {
        let mut name = Name::from_ascii("latency.orders.example.com").unwrap();
        name.set_fqdn(true);
        Query::query(name, RecordType::CNAME)
    }

    /// The Region that the resolver names, and for how long it may be kept.
    async fn asked(resolver: &Resolver) -> (String, u32) {
        let nowhere = IpAddr::from([127, 0, 0, 1]);
        let answer = ask(resolver.address(), &query(), nowhere).await.unwrap();
        assert!(answer.metadata.recursion_available);
        let record = &answer.answers[0];
        let host = record.data.to_string();
        (host.split('.').next().unwrap().to_owned(), record.ttl)
    }

    async fn pass(seconds: u64) {
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(seconds)).await;
        tokio::time::resume();
    }

    #[tokio::test]
    async fn each_continent_gets_its_own_answer_and_keeps_it_for_its_ttl() {
        let sim = Sim::new(SimOptions {
            history: History::OnDemand,
            ..SimOptions::default()
        })
        .unwrap();
        let server = serve(sim.clone(), 0).await.unwrap();
        let mut resolvers = Vec::new();
        for continent in Continent::ALL {
            let resolver = Resolver::start(server.dns(), continent.network, 1.0);
            resolvers.push(resolver.await.unwrap());
        }
        let nearest = ["us-east-1", "eu-west-1", "ap-southeast-1"];
        for (resolver, region) in resolvers.iter().zip(nearest) {
            assert_eq!(asked(resolver).await, (region.to_owned(), 60));
        }

        let europe = &resolvers[1];
        sim.start_fault("region-dark:eu-west-1").unwrap();
        sim.advance(Duration::from_secs(300));
        pass(59).await;
        assert_eq!(asked(europe).await, ("eu-west-1".to_owned(), 1));
        pass(1).await;
        assert_eq!(asked(europe).await, ("us-east-1".to_owned(), 60));
        server.stop().await;
        assert_eq!(asked(europe).await.0, "us-east-1", "kept");
        europe.flush();
        let (code, _) = europe.memory.look_up(&query()).await;
        assert_eq!(code, ResponseCode::ServFail);
    }
}
