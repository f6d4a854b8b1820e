//! What a plan of Terraform would do to the fleet, and which of it a run explains: so that nobody undoes a failover
//! by applying what was right before it.
//!
//! ```text
//! bytes ──read──▶ Plan, State ──part──▶ what of the fleet each resource is
//!                      picture, journals ──explain──▶ why a value differs
//!                                  judge: what would happen, and whether it may
//! ```
//!
//! Pure: the file, the picture and the journals in, findings out. What Terraform's AWS provider does with a change
//! stands in aws-facts §20.4.

mod case;
mod certificates;
mod compared;
mod database;
mod evidence;
mod explain;
mod finding;
mod joining;
mod judge;
mod known;
mod later;
mod live;
mod moved;
mod part;
mod plan;
mod read;
mod routing;
mod serving;
mod state;
mod unasked;
mod values;
mod wires;

pub use evidence::{Evidence, Runs};
pub use finding::{Finding, Line, Reason, Verdict};
pub use judge::{Judged, Named, judge};
pub use known::Known;
pub use live::{compare, names};
pub use part::Part;
pub use plan::{Action, Plan};
pub use read::{LARGEST, NotRead, read_plan, read_state};
pub use state::{State, StateResource};
pub use unasked::unasked;
pub use wires::{wires_of_plan, wires_of_state};
