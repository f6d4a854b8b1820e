//! The lab: the data plane of one fleet as real software on one machine, loopback only, so that a drill moves true
//! requests and true rows. The simulator (`sim`) stays the control plane; what it otherwise models, the lab measures.
//!
//! ```text
//! clients → edge (router in Node) → Region: gateway → function (handler in Node) → database front → PostgreSQL
//! ```

pub mod authority; // the lab's own certificates
