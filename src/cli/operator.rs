//! Who acts: the name and the machine that journals and leases carry.

use crate::actions::Operator;
use crate::fleet::{Snapshot, clean};

/// Longest name kept.
const LONGEST: usize = 64;

/// By the system's word.
pub fn operator() -> Operator {
    let name = first(["USER", "LOGNAME"].map(variable));
    let host = first([
        std::fs::read_to_string("/proc/sys/kernel/hostname").ok(),
        variable("HOSTNAME"),
    ]);
    Operator {
        name: name.unwrap_or_else(|| "somebody".into()),
        host: host.unwrap_or_else(|| "localhost".into()),
    }
}

/// By AWS's word where it is known: several people may share one login of the machine.
pub fn operator_seen(snapshot: &Snapshot) -> Operator {
    let system = operator();
    match snapshot.identity.last() {
        Some(identity) if !identity.operator().is_empty() => Operator {
            name: clean(identity.operator(), LONGEST),
            ..system
        },
        _ => system,
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn first<const N: usize>(candidates: [Option<String>; N]) -> Option<String> {
    candidates
        .into_iter()
        .flatten()
        .map(|text| clean(text.trim(), LONGEST))
        .find(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_names_do_not_count_and_no_name_can_steer_a_terminal() {
        let candidates = [None, Some(" \n".into()), Some("ada\x1b[31m\n".into())];
        assert_eq!(first(candidates).as_deref(), Some("ada[31m"));
        assert_eq!(first([None, None]), None);
    }
}
