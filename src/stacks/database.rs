//! What the reference handler needs inside the database: a user that signs in with IAM, and its table. All of it is made
//! on the primary: DDL is not forwarded, and what is made there replicates (aws-facts §19.1).

/// The handler's table, and its user's rights to it; `${user}` stands for the user.
pub const HANDLER_SCHEMA: &str = include_str!("handler/schema.sql");

/// Bytes; PostgreSQL cuts longer names.
const LONGEST: usize = 63;

/// Names that mean somebody else: everybody, nobody, whoever asks, or the database's first user.
const KEPT: [&str; 9] = [
    "admin",
    "current_role",
    "current_user",
    "master",
    "none",
    "postgres",
    "public",
    "session_user",
    "user",
];

/// The handler's user of a PostgreSQL database, by a name that needs no quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseUser(String);

impl DatabaseUser {
    /// None where `name` is not what the template takes, a small letter, then small letters, digits and `_`, longer than
    /// PostgreSQL's names, or one that PostgreSQL or RDS keep for themselves.
    pub fn new(name: &str) -> Option<Self> {
        let mut all = name.chars();
        let fits = all.next()?.is_ascii_lowercase()
            && all.all(|one| one.is_ascii_lowercase() || one.is_ascii_digit() || one == '_')
            && name.len() <= LONGEST;
        let kept = KEPT.contains(&name) || ["pg_", "rds"].iter().any(|kept| name.starts_with(kept));
        (fits && !kept).then(|| Self(name.into()))
    }

    fn schema(&self) -> String {
        let lines = HANDLER_SCHEMA
            .lines()
            .filter(|line| !line.starts_with("--"));
        let lines: Vec<&str> = lines.map(str::trim).collect();
        lines.join(" ").replace("${user}", &self.0)
    }

    /// The statements, for somebody who signs in as the database's first user.
    pub fn by_hand(&self) -> Vec<String> {
        let user = &self.0;
        let first = [
            format!("CREATE USER {user};"),
            format!("GRANT rds_iam TO {user};"),
        ];
        let schema = self.schema();
        let rest = schema.split_inclusive(';').map(str::trim);
        let rest = rest.filter(|one| !one.is_empty()).map(str::to_owned);
        first.into_iter().chain(rest).collect()
    }

    /// All of it as one statement, which may be run again: the Data API takes one at a time, and it is done whole or not
    /// at all. Refused for a user who is there and signs in with a password: with `rds_iam` no password works any longer,
    /// that of the first user neither (aws-facts §19.1).
    pub fn statement(&self) -> String {
        let user = &self.0;
        let signs_in_with_iam = format!(
            "EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles u ON u.oid = m.member JOIN pg_roles g ON g.oid = m.roleid \
             WHERE u.rolname = '{user}' AND g.rolname = 'rds_iam')"
        );
        let taken = format!(
            "the user {user} is there and signs in with a password: configure another DatabaseUser"
        );
        format!(
            "DO $gwctl$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{user}') THEN CREATE USER {user}; \
             ELSIF NOT {signs_in_with_iam} THEN RAISE EXCEPTION '{taken}'; END IF; GRANT rds_iam TO {user}; {schema} END $gwctl$",
            schema = self.schema().trim_end(),
        )
    }

    /// Asks whether all of it is there: one row with `true`; anything else means that something is missing.
    pub fn question(&self) -> String {
        let user = &self.0;
        format!(
            "SELECT bool_and(pg_has_role(u.oid, g.oid, 'MEMBER') AND has_table_privilege(u.oid, t.oid, 'SELECT') \
             AND has_table_privilege(u.oid, t.oid, 'INSERT')) FROM pg_roles u, pg_roles g, pg_class t \
             WHERE u.rolname = '{user}' AND g.rolname = 'rds_iam' AND t.oid = to_regclass('public.orders')"
        )
    }
}

impl std::fmt::Display for DatabaseUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_would_need_quotes_is_no_user() {
        let long = "a".repeat(64);
        let kept = [
            "public",
            "postgres",
            "rdsadmin",
            "rds_iam",
            "pg_monitor",
            "user",
        ];
        let wrong = ["", "Handler", "a-b", "a;drop", "1a", "a\"", "é", &long];
        for name in wrong.into_iter().chain(kept) {
            assert_eq!(DatabaseUser::new(name), None, "{name}");
        }
        assert!(DatabaseUser::new("handler_2").is_some());
    }

    #[test]
    fn by_hand_and_as_one_statement_are_the_same_statements() {
        let user = DatabaseUser::new("handler").unwrap();
        let statement = user.statement();
        let by_hand = user.by_hand();
        assert!(by_hand.len() >= 5, "{by_hand:?}");
        for one in by_hand {
            assert!(statement.contains(&one), "{one} is not in {statement}");
        }
        assert!(!statement.contains("${"), "{statement}");
    }
}
