//! Engine versions as RDS groups them.

/// The parameter group family of a version: `aurora-postgresql16`, `aurora-mysql8.0`; none for a version that
/// does not tell.
pub fn family(engine: &str, version: &str) -> Option<String> {
    let mut numbers = version.split('.');
    let major = numbers.next().filter(|major| !major.is_empty())?;
    match engine {
        "aurora-mysql" => Some(format!("aurora-mysql{major}.{}", numbers.next()?)),
        _ => Some(format!("{engine}{major}")),
    }
}

#[cfg(test)]
mod tests {
    use super::family;

    #[test]
    fn the_parameter_groups_family_follows_the_version() {
        assert_eq!(
            family("aurora-postgresql", "16.8").as_deref(),
            Some("aurora-postgresql16")
        );
        assert_eq!(
            family("aurora-mysql", "8.0.mysql_aurora.3.08.0").as_deref(),
            Some("aurora-mysql8.0")
        );
    }
}
