//! A command of one's own, filled in from where one is. What stands for a placeholder may come from AWS, where others
//! choose names.

use super::super::own_command::{NotACommand, OwnCommand, Part, Placeholder, parts};
use super::super::{State, Subject};
use gwctl_fleet::Region;

/// Why a command is not run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotRun {
    #[error(transparent)]
    Wrong(#[from] NotACommand),
    #[error("`{{{name}}}` is not known here: {needs}")]
    Unknown { name: String, needs: &'static str },
    /// A program could take it for one of its options, or a terminal for an order.
    #[error(
        "`{{{name}}}` is not given to a program: its value begins with `-`, or has control characters"
    )]
    Unsafe { name: String },
}

/// The program and its arguments, filled in from where one is.
pub(super) fn filled(command: &OwnCommand, state: &State) -> Result<Vec<String>, NotRun> {
    let mut argv = Vec::new();
    for argument in &command.run {
        let mut text = String::new();
        for part in parts(argument)? {
            match part {
                Part::Text(plain) => text.push_str(plain),
                Part::Place(name, place) => text.push_str(&value(state, name, place)?),
            }
        }
        argv.push(text);
    }
    Ok(argv)
}

/// What stands for a placeholder. It may come from AWS, where others choose names.
fn value(state: &State, name: &str, place: Placeholder) -> Result<String, NotRun> {
    let name = || name.to_owned();
    let known = known(state, place).filter(|value| !value.is_empty());
    let known = known.ok_or_else(|| NotRun::Unknown {
        name: name(),
        needs: place.needs(),
    })?;
    let odd = |c: char| gwctl_fleet::clean_line(c.encode_utf8(&mut [0; 4])) != c.to_string();
    if known.starts_with('-') || known.chars().any(|c| c.is_control() || odd(c)) {
        return Err(NotRun::Unsafe { name: name() });
    }
    Ok(known)
}

fn known(state: &State, place: Placeholder) -> Option<String> {
    let subject = state.selected().map(|row| row.subject);
    let spec = state.guided.spec.as_deref();
    match place {
        Placeholder::Fleet => Some(state.fleet.clone()),
        Placeholder::Account => Some(state.shown.identity.last()?.account.clone()),
        Placeholder::Domain => Some(spec?.domain.clone()),
        Placeholder::Distribution => Some(spec?.edge.distribution.clone()),
        Placeholder::Region => region(state, subject.as_ref()).map(|region| region.to_string()),
        Placeholder::Function => match subject? {
            Subject::Function(region, index) => {
                let site = state.shown.site(&region)?;
                Some(site.functions.get(index)?.name.clone())
            }
            _ => None,
        },
        Placeholder::Alarm => match subject? {
            Subject::Alarm(region, index) => {
                let alarms = state.shown.site(&region)?.alarms.last()?;
                Some(alarms.get(index)?.name.clone())
            }
            _ => None,
        },
        Placeholder::Cluster => Some(member(state, subject.as_ref())?.cluster.clone()),
        Placeholder::Arn => Some(member(state, subject.as_ref())?.arn.clone()),
    }
}

fn region(state: &State, subject: Option<&Subject>) -> Option<Region> {
    let of_row = subject.and_then(|subject| subject.region().cloned());
    of_row.or_else(|| state.region_at_hand())
}

fn member<'a>(state: &'a State, subject: Option<&Subject>) -> Option<&'a gwctl_fleet::Member> {
    match subject? {
        Subject::Member(region) => state.shown.database.topology.last()?.member(region),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::{console, keys, region};
    use super::*;
    use crate::app::is_command;

    fn command(run: &[&str]) -> OwnCommand {
        OwnCommand {
            name: "tail".into(),
            key: None,
            run: run.iter().map(ToString::to_string).collect(),
            about: String::new(),
            changes: false,
        }
    }

    #[test]
    fn what_is_no_command_is_told_with_what_is_accepted() {
        for (run, said) in [
            (&[][..], "there is no program to run"),
            (&["{region}"], "the program has a placeholder"),
            (
                &["aws", "{regoin}"],
                "no placeholder `{regoin}`; accepted are {account}",
            ),
            (&["aws", "{region"], "`{` without a name"),
        ] {
            let error = command(run).check(is_command).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
        let named = |name: &str| OwnCommand {
            name: name.into(),
            ..command(&["aws"])
        };
        assert_eq!(named("tail").check(is_command), Ok(()));
        assert_eq!(
            named("quit").check(is_command),
            Err(NotACommand::Taken("quit".into()))
        );
        assert_eq!(
            named("-x").check(is_command),
            Err(NotACommand::Name("-x".into()))
        );
    }

    #[test]
    fn an_argument_stays_one_argument_whatever_is_in_it() {
        let mut state = console();
        keys(&mut state, "3 j");
        let run = ["aws", "--id={cluster}", "{region} {fleet}", "$(x); {arn}"];
        let argv = filled(&command(&run), &state).unwrap();
        assert_eq!(
            argv,
            [
                "aws",
                "--id=orders-eu-west-1",
                "eu-west-1 orders",
                "$(x); arn:aws:rds:eu-west-1:123456789012:cluster:orders-eu-west-1",
            ]
        );
    }

    #[test]
    fn what_is_not_known_where_one_is_is_told() {
        let state = console();
        let error = filled(&command(&["aws", "{function}"]), &state).unwrap_err();
        assert!(
            error.to_string().contains("put the cursor on a function"),
            "{error}"
        );
    }

    #[test]
    fn a_value_that_a_program_could_take_for_an_option_is_refused() {
        for name in [
            "-rf",
            "--profile=other",
            "a\u{1b}]0;b",
            "a\nb",
            "a\u{202e}b",
        ] {
            let mut state = console();
            let mut picture = gwctl_fleet::Snapshot::clone(&state.shown);
            let site = &mut picture.sites[0];
            assert_eq!(site.region, region("us-east-1"));
            site.functions[0].name = name.into();
            state.shown = std::sync::Arc::new(picture);
            keys(&mut state, "2 tab");
            let error = filled(&command(&["aws", "{function}"]), &state).unwrap_err();
            assert!(matches!(error, NotRun::Unsafe { .. }), "{name:?}: {error}");
        }
    }
}
