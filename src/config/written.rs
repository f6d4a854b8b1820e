//! Writes a fleet as a configuration file, with a comment on every key.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::EXAMPLE;
use crate::fleet::{
    Account, AccountsSpec, BuildSpec, EdgeSpec, FleetSpec, HandlerCode, Region, SiteSpec,
    clean_line,
};

/// Stands for a global cluster that is not known: the file needs one to be read at all.
const UNKNOWN: &str = "unknown";

/// Comments beyond those on the keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remarks {
    /// Above everything.
    pub head: Vec<String>,
    /// Above the fleet.
    pub fleet: Vec<String>,
    /// Above the edge.
    pub edge: Vec<String>,
    /// Above the site of a Region.
    pub sites: BTreeMap<Region, Vec<String>>,
    /// Above how the stacks are built.
    pub build: Vec<String>,
    /// Whether it is certain that there is no global cluster.
    pub no_database: bool,
}

/// The file. Limits and rules are the defaults, as the example shows them.
pub fn written(name: &str, spec: &FleetSpec, remarks: &Remarks) -> String {
    let mut file = File {
        fleet: format!("fleets.{}", key(name)),
        text: String::new(),
    };
    file.comments(&remarks.head);
    file.fleet(spec, remarks);
    file.accounts(&spec.accounts);
    file.edge(&spec.edge, &remarks.edge);
    for (n, site) in spec.sites.iter().enumerate() {
        file.site(n, site, remarks);
    }
    file.build(&spec.build, &remarks.build);
    for table in ["thresholds", "rules"] {
        file.as_in_the_example(table);
    }
    file.text
}

struct File {
    /// The fleet's table.
    fleet: String,
    text: String,
}

impl File {
    fn line(&mut self, text: &str) {
        self.text.push_str(text.trim_end());
        self.text.push('\n');
    }

    fn comments(&mut self, lines: &[String]) {
        for line in lines {
            self.line(&format!("# {}", clean_line(line)));
        }
    }

    fn table(&mut self, name: &str) {
        let fleet = self.fleet.clone();
        self.line(&format!("[{fleet}{name}]"));
    }

    /// `key = value  # comment`, comments in one column where they fit.
    fn pair(&mut self, key: &str, value: &str, comment: &str) {
        let pair = format!("{key} = {value}");
        if comment.is_empty() {
            self.line(&pair);
        } else {
            self.line(&format!("{pair:<35} # {comment}"));
        }
    }

    fn text(&mut self, key: &str, value: &str, comment: &str) {
        self.pair(key, &quoted(value), comment);
    }

    /// A key that may be left out, and is shown as a comment then.
    fn maybe(&mut self, key: &str, value: Option<&str>, example: &str, comment: &str) {
        match value {
            Some(value) => self.text(key, value, comment),
            None => self.text(&format!("# {key}"), example, comment),
        }
    }

    fn fleet(&mut self, spec: &FleetSpec, remarks: &Remarks) {
        self.line("");
        self.line("# One table a fleet: only what cannot be looked up.");
        self.comments(&remarks.fleet);
        self.table("");
        self.text("domain", &spec.domain, "the name clients use");
        if spec.global_cluster.is_empty() && remarks.no_database {
            self.line("# global_cluster = \"orders\"        # none: RDS lists no global cluster in these Regions");
        } else if spec.global_cluster.is_empty() {
            let comment = "NOT FOUND: write the identifier of the Aurora global cluster here";
            self.text("global_cluster", UNKNOWN, comment);
        } else {
            let comment = "identifier of the Aurora global cluster";
            self.text("global_cluster", &spec.global_cluster, comment);
        }
        let comment = "true: refuse every change, whatever the command line says";
        self.pair("read_only", &spec.read_only.to_string(), comment);
        let comment = "named profile of the AWS configuration; without it AWS_PROFILE";
        self.maybe("profile", spec.profile.as_deref(), "oncall", comment);
        let comment = "what gwctl's own probes ask for";
        self.text("probe_path", &spec.probe_path, comment);
        if let Some(url) = &spec.probe_url {
            self.text(
                "probe_url",
                url,
                "base URL to probe instead of https://DOMAIN",
            );
        }
    }

    /// How gwctl gets into the accounts of its parts.
    fn accounts(&mut self, accounts: &AccountsSpec) {
        if accounts.is_one() {
            return;
        }
        self.line("");
        self.line("# How gwctl gets into the AWS accounts of its parts.");
        for (account, access) in accounts.all() {
            let (table, key) = match &account {
                Account::Site(region) => (".accounts.sites", region.as_str()),
                named => (".accounts", named.key()),
            };
            self.table(&format!("{table}.{key}"));
            let values = [
                ("profile", &access.profile),
                ("role_arn", &access.role_arn),
                ("external_id", &access.external_id),
                ("session_name", &access.session_name),
                ("mfa_serial", &access.mfa_serial),
            ];
            for (key, value) in values {
                if let Some(value) = value {
                    self.text(key, value, "");
                }
            }
        }
    }

    fn edge(&mut self, edge: &EdgeSpec, remarks: &[String]) {
        self.line("");
        self.comments(remarks);
        self.table(".edge");
        if edge.cloudfront {
            let found = Some(edge.distribution.as_str()).filter(|id| !id.is_empty());
            let comment = "CloudFront distribution id";
            self.maybe("distribution", found, "E2EXAMPLE1", comment);
        } else {
            let comment = "clients reach the Regions by the latency record alone";
            self.pair("cloudfront", "false", comment);
        }
        self.text("hosted_zone", &edge.hosted_zone, "Route 53 hosted zone id");
        let comment = "the latency record set that the router resolves";
        self.text("latency_record", &edge.latency_record, comment);
        if edge.cloudfront {
            let comment = "the Lambda@Edge function (in us-east-1)";
            self.maybe("router", edge.router.as_deref(), "router", comment);
        }
        if !edge.routing_endpoints.is_empty() {
            self.line("# Where routing controls (ARC) switch the Regions.");
            self.line("routing_endpoints = [");
            for one in &edge.routing_endpoints {
                let (region, url) = (quoted(one.region.as_str()), quoted(&one.url));
                self.line(&format!("  {{ region = {region}, url = {url} }},"));
            }
            self.line("]");
        }
    }

    fn site(&mut self, n: usize, site: &SiteSpec, remarks: &Remarks) {
        self.line("");
        if n == 0 {
            self.line("# One table a Region, in the order they are shown.");
        }
        if let Some(lines) = remarks.sites.get(&site.region) {
            self.comments(lines);
        }
        let fleet = self.fleet.clone();
        self.line(&format!("[[{fleet}.sites]]"));
        self.text("region", site.region.as_str(), "");
        let found = Some(site.api.as_str()).filter(|id| !id.is_empty());
        let comment = "API Gateway id of the REST or HTTP API";
        self.maybe("api", found, "a1b2c3d4e5", comment);
        let comment = "without it the figures are those of all stages";
        self.maybe("stage", site.stage.as_deref(), "live", comment);
        let functions: Vec<String> = site.functions.iter().map(|name| quoted(name)).collect();
        self.pair("functions", &format!("[{}]", functions.join(", ")), "");
        let comment = "the Region's own custom domain name";
        self.maybe(
            "endpoint",
            site.endpoint.as_deref(),
            "eu-west-1.api.example.com",
            comment,
        );
        let comment = "CloudFormation stack, where there is one";
        self.maybe("stack", site.stack.as_deref(), "orders-eu-west-1", comment);
        if let Some(switch) = &site.switch {
            self.line("# The alarm whose health check takes this Region out of service, in another Region.");
            let (alarm, region) = (quoted(&switch.alarm), quoted(switch.region.as_str()));
            self.pair(
                "switch",
                &format!("{{ alarm = {alarm}, region = {region} }}"),
                "",
            );
        }
        if let Some(url) = &site.probe_url {
            self.text(
                "probe_url",
                url,
                "base URL to probe instead of https://ENDPOINT",
            );
        }
    }

    fn build(&mut self, build: &BuildSpec, remarks: &[String]) {
        if build == &BuildSpec::default() && remarks.is_empty() {
            return;
        }
        self.line("");
        self.line(
            "# How its stacks are built: parameters that differ from those of the templates.",
        );
        self.comments(remarks);
        if build.role.is_some() || build.smoke_write.is_some() || build.code.is_some() {
            self.table(".build");
        }
        if let Some(path) = &build.smoke_write {
            self.text(
                "smoke_write",
                path,
                "gets one test write before a new Region gets traffic",
            );
        }
        if let Some(HandlerCode::Reference) = build.code {
            self.text("code", "reference", "what a new Region's handler runs");
        }
        if let Some(role) = &build.role {
            self.text("role", role, "service role that CloudFormation works with");
        }
        self.parameters("templates", &build.templates);
        self.parameters("global", &build.global);
        self.parameters("region", &build.region);
        for (region, parameters) in &build.regions {
            self.parameters(&format!("regions.{region}"), parameters);
        }
        self.parameters("edge", &build.edge);
    }

    fn parameters(&mut self, table: &str, parameters: &BTreeMap<String, String>) {
        if parameters.is_empty() {
            return;
        }
        self.table(&format!(".build.{table}"));
        for (name, value) in parameters {
            self.text(&key(name), value, "");
        }
    }

    /// The example's paragraph with this table, for this fleet.
    fn as_in_the_example(&mut self, table: &str) {
        let header = format!("[fleets.orders.{table}]");
        let paragraph = EXAMPLE.split("\n\n").find(|part| part.contains(&header));
        if let Some(paragraph) = paragraph {
            let ours = paragraph.replace("[fleets.orders.", &format!("[{}.", self.fleet));
            let _ = write!(self.text, "\n{}\n", ours.trim_end());
        }
    }
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.into()).to_string()
}

fn key(name: &str) -> String {
    let bare = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if !name.is_empty() && name.bytes().all(bare) {
        name.into()
    } else {
        quoted(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;
    use crate::fleet::SwitchSpec;

    fn read(text: &str) -> BTreeMap<String, FleetSpec> {
        match parse("fleet.toml".as_ref(), text) {
            Ok(loaded) => loaded.config.fleets,
            Err(error) => panic!("{error}\n{text}"),
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let mut spec = read(EXAMPLE)["orders"].clone();
        spec.sites[0].switch = Some(SwitchSpec {
            alarm: "evacuate \"it\"".into(),
            region: Region::new("us-west-2").unwrap(),
        });
        spec.build
            .region
            .insert("VpcCidr".into(), "10.1.0.0/16".into());
        let one = [("DBInstanceCount".to_owned(), "1".to_owned())];
        let region = spec.sites[1].region.clone();
        spec.build.regions.insert(region.clone(), one.into());
        spec.build.role = Some("arn:aws:iam::123456789012:role/builder".into());
        let remarks = Remarks {
            head: vec!["found\nrole = \"of somebody\"".into()],
            sites: [(region, vec!["a remark".into()])].into(),
            ..Remarks::default()
        };
        for name in ["orders", "or.ders"] {
            assert_eq!(read(&written(name, &spec, &remarks))[name], spec);
        }
    }

    #[test]
    fn what_was_not_found_is_still_a_file_that_can_be_read() {
        let mut spec = read(EXAMPLE)["orders"].clone();
        spec.global_cluster.clear();
        spec.edge.distribution.clear();
        spec.edge.router = None;
        spec.edge.latency_record.clone_from(&spec.domain);
        spec.sites[1].api.clear();
        spec.sites[1].functions.clear();
        let text = written("orders", &spec, &Remarks::default());
        let known = &read(&text)["orders"];
        assert_eq!(known.global_cluster, UNKNOWN);
        spec.global_cluster = UNKNOWN.into();
        assert_eq!(known, &spec);
        assert!(text.contains("NOT FOUND"), "{text}");
    }
}
