//! What of the fleet a resource of Terraform is.

use gwctl_fleet::Region;

/// A part of the fleet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    GlobalCluster,
    Cluster {
        id: String,
        region: Option<Region>,
    },
    Instance {
        id: String,
        /// Its cluster's Region.
        region: Option<Region>,
    },
    /// A record of the latency set.
    Record {
        region: Option<Region>,
    },
    /// A record of the weighted group that the Region's latency record leads to.
    Weighted {
        region: Region,
        name: String,
        set_identifier: String,
    },
    /// A record of the name that clients use.
    DomainRecord,
    Zone,
    Check {
        id: Option<String>,
        region: Option<Region>,
    },
    Switch {
        alarm: String,
        /// The Region that it evacuates.
        region: Option<Region>,
    },
    Distribution,
    Router,
    Function {
        name: String,
        region: Option<Region>,
    },
    Api {
        region: Option<Region>,
    },
    /// The custom domain name of the API.
    Endpoint {
        region: Option<Region>,
    },
    /// What the custom domain name of the API leads to.
    Mapping {
        name: String,
        region: Option<Region>,
    },
    /// An alias of a function.
    Alias {
        name: String,
        function: String,
        region: Option<Region>,
    },
    /// A statement that lets somebody call a function.
    Permission {
        sid: String,
        function: String,
        region: Option<Region>,
    },
    Certificate {
        /// None for the distribution's.
        region: Option<Region>,
    },
    /// Something of ARC.
    Routing {
        region: Option<Region>,
    },
    Stack {
        name: String,
        region: Region,
    },
    /// A resource whose own values are known only after apply, made of one of the fleet's.
    MadeWith {
        address: String,
        what: String,
    },
    /// A resource of a kind that gwctl does not know, which names something of the fleet.
    Names(String),
}

impl Part {
    /// The Region it is about.
    pub const fn region(&self) -> Option<&Region> {
        match self {
            Self::Cluster { region, .. }
            | Self::Instance { region, .. }
            | Self::Record { region }
            | Self::Check { region, .. }
            | Self::Switch { region, .. }
            | Self::Function { region, .. }
            | Self::Api { region }
            | Self::Endpoint { region }
            | Self::Mapping { region, .. }
            | Self::Alias { region, .. }
            | Self::Permission { region, .. }
            | Self::Certificate { region }
            | Self::Routing { region } => region.as_ref(),
            Self::Weighted { region, .. } | Self::Stack { region, .. } => Some(region),
            Self::GlobalCluster
            | Self::DomainRecord
            | Self::Zone
            | Self::Distribution
            | Self::Router
            | Self::MadeWith { .. }
            | Self::Names(_) => None,
        }
    }
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::GlobalCluster => f.write_str("the global cluster")?,
            Self::Cluster { id, .. } if id.is_empty() => {
                f.write_str("a cluster of the global cluster")?;
            }
            Self::Cluster { id, .. } => write!(f, "the cluster {id}")?,
            Self::Instance { id, .. } if id.is_empty() => f.write_str("a DB instance")?,
            Self::Instance { id, .. } => write!(f, "the DB instance {id}")?,
            Self::Record { .. } => f.write_str("the routing record")?,
            Self::Weighted {
                region,
                name,
                set_identifier,
            } => {
                return write!(
                    f,
                    "the record {set_identifier} of {name}, the weighted group of {region}"
                );
            }
            Self::DomainRecord => f.write_str("a record of the name that clients use")?,
            Self::Zone => f.write_str("the hosted zone")?,
            Self::Check { id: Some(id), .. } => write!(f, "the health check {id}")?,
            Self::Check { id: None, .. } => f.write_str("a health check")?,
            Self::Switch { alarm, region } => {
                write!(f, "the alarm {alarm}, the evacuation switch")?;
                return region
                    .as_ref()
                    .map_or(Ok(()), |region| write!(f, " of {region}"));
            }
            Self::Distribution => f.write_str("the distribution")?,
            Self::Router => f.write_str("the router function")?,
            Self::Function { name, .. } => write!(f, "the function {name}")?,
            Self::Api { .. } => f.write_str("the API")?,
            Self::Endpoint { .. } => f.write_str("the custom domain name of the API")?,
            Self::Mapping { name, .. } => write!(f, "what {name} leads to")?,
            Self::Alias { name, function, .. } => {
                write!(f, "the alias {name} of the function {function}")?;
            }
            Self::Permission { sid, function, .. } if sid.is_empty() => {
                write!(f, "a permission to call the function {function}")?;
            }
            Self::Permission { sid, function, .. } => {
                write!(f, "the permission {sid} to call the function {function}")?;
            }
            Self::Certificate { region: None } => {
                f.write_str("the certificate of the distribution")?;
            }
            Self::Certificate { .. } => f.write_str("the certificate of the API")?,
            Self::Routing { .. } => f.write_str("routing control of ARC")?,
            Self::Stack { name, .. } => write!(f, "the stack {name}")?,
            Self::MadeWith { address, what } => {
                return write!(f, "it is made of {address}, which is {what}");
            }
            Self::Names(what) => return write!(f, "it names {what}"),
        }
        self.region()
            .map_or(Ok(()), |region| write!(f, " in {region}"))
    }
}

/// Whether two names of DNS are one.
pub(super) fn same_name(one: &str, other: &str) -> bool {
    let plain = |name: &str| name.trim_end_matches('.').to_ascii_lowercase();
    !other.is_empty() && plain(one) == plain(other)
}
