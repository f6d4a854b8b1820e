//! Route 53's data plane: what it answers to whom, from the records that are everywhere and the
//! health checks' verdicts.

use super::State;
use crate::world::parts::dns::{AWS_NAMES, Asker, DnsAnswer, WRITER_TTL_S, addresses, answer};

impl State {
    /// What Route 53 answers now for `name` and `kind` (`A`, `CNAME` …) to a resolver at latitude and
    /// longitude `from`; without one, as from us-east-1.
    pub fn dns_answer(&self, name: &str, kind: &str, from: Option<(f64, f64)>) -> DnsAnswer {
        if let Some(answer) = self.aws_answer(name.trim_end_matches('.'), kind) {
            return answer;
        }
        let name = format!("{}.", name.trim_end_matches('.'));
        let asker = Asker::passing(
            from.unwrap_or((38.9, -77.4)),
            self.present.seed,
            self.present.now,
        );
        let serving = self.dns.zone_of(&name);
        serving.map_or_else(DnsAnswer::no_such_name, |zone| {
            answer(zone, &self.resources.health_checks, &name, kind, &asker)
        })
    }

    /// What AWS's own zones answer: the global writer endpoint is a CNAME, kept for five seconds.
    fn aws_answer(&self, name: &str, kind: &str) -> Option<DnsAnswer> {
        let (host, ttl_s) = match self.writer_endpoint(name) {
            Some(target) => (target, WRITER_TTL_S),
            // Aliases to them answer with the same addresses.
            None if name.ends_with(AWS_NAMES) => (name, 60),
            None => return None,
        };
        let values = match kind {
            "CNAME" if host == name => Vec::new(),
            "CNAME" => vec![host.to_owned()],
            _ => addresses(host, kind),
        };
        Some(DnsAnswer::found(values, ttl_s))
    }

    /// What the global writer endpoint names, when `name` is it: the cluster endpoint of the primary that
    /// Aurora has told of (aws-facts §2.1).
    fn writer_endpoint(&self, name: &str) -> Option<&str> {
        let mut globals = self.resources.global_clusters.iter();
        globals.find(|one| one.endpoint == name)?;
        let arn = self.database.members.get(self.database.endpoint)?.arn();
        let mut clusters = self.resources.clusters.iter();
        let cluster = clusters.find(|one| one.arn == arn)?;
        Some(&cluster.endpoint)
    }
}
