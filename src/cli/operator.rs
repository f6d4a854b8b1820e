//! Who acts: the name and the machine that journals and leases carry.

use crate::actions::Operator;
use crate::fleet::{Snapshot, clean};

/// Longest name kept.
const LONGEST: usize = 64;

/// By the system's word.
pub fn operator() -> Operator {
    let named = ["USER", "LOGNAME", "USERNAME"].map(variable);
    let name = first(named).or_else(|| first([by_id()]));
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

/// The name of this process's user in `/etc/passwd`, or else its number: containers and services have no `USER`.
#[cfg(unix)]
fn by_id() -> Option<String> {
    use std::os::unix::fs::MetadataExt as _;
    let id = std::fs::metadata("/proc/self").ok()?.uid();
    let known = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    Some(named(&known, id).unwrap_or_else(|| format!("uid-{id}")))
}

#[cfg(not(unix))]
const fn by_id() -> Option<String> {
    None
}

/// The name of the user `id` in `passwd`: `name:x:1000:…`.
#[cfg(unix)]
fn named(passwd: &str, id: u32) -> Option<String> {
    let mut users = passwd.lines().map(|line| line.split(':'));
    users.find_map(|mut user| {
        let name = user.next()?;
        let own = user.nth(1)?.parse() == Ok(id);
        own.then(|| name.to_owned())
    })
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

    #[cfg(unix)]
    #[test]
    fn who_has_no_user_in_the_environment_is_named_by_the_system() {
        let passwd = "root:x:0:0:root:/root:/bin/sh\nada:x:1000:1000::/home/ada:/bin/sh\n";
        assert_eq!(named(passwd, 1000).as_deref(), Some("ada"));
        assert_eq!(named(passwd, 7), None);
        assert!(by_id().is_some_and(|name| !name.is_empty()));
    }

    #[test]
    fn empty_names_do_not_count_and_no_name_can_steer_a_terminal() {
        let candidates = [None, Some(" \n".into()), Some("ada\x1b[31m\n".into())];
        assert_eq!(first(candidates).as_deref(), Some("ada[31m"));
        assert_eq!(first([None, None]), None);
    }
}
