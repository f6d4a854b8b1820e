//! What is typed after `:` to ask for a guided action.

use gwctl_actions::{Intent, Mechanism, Mode};
use gwctl_fleet::Region;

/// How each is written.
pub const USAGES: [(&str, &str); 11] = [
    ("evacuate", ":evacuate REGION [MECHANISM]"),
    ("promote", ":promote REGION [switchover|failover] [force]"),
    ("drain", ":drain REGION [PERCENT [over TIME]]"),
    ("restore", ":restore REGION [HOLD-DOWN]"),
    ("drill", ":drill FROM TO [HOLD]"),
    ("invalidate", ":invalidate PATH…"),
    ("certificate", ":certificate ARN"),
    ("up", ":up"),
    (
        "provision",
        ":provision REGION [over TIME] [code-from REGION[/FUNCTION]]",
    ),
    ("retire", ":retire REGION"),
    ("down", ":down"),
];

/// Reads the arguments of the action called `name`; `region` knows the fleet's Regions.
///
/// # Errors
/// One sentence that says what was found and what is accepted.
pub fn parse(
    name: &str,
    arguments: &str,
    region: &dyn Fn(&str) -> Result<Region, String>,
) -> Result<Intent, String> {
    let words: Vec<&str> = arguments.split_whitespace().collect();
    let usage = || {
        USAGES
            .iter()
            .find(|(action, _)| *action == name)
            .map_or_else(String::new, |(_, usage)| format!("`{usage}` is accepted"))
    };
    match (name, words.as_slice()) {
        ("evacuate", [at]) => Ok(Intent::Evacuate {
            region: region(at)?,
            mechanism: None,
        }),
        ("evacuate", [at, way]) => Ok(Intent::Evacuate {
            region: region(at)?,
            mechanism: Some(mechanism(way)?),
        }),
        ("promote", [at, rest @ ..]) if rest.len() <= 2 => promote(region(at)?, rest),
        ("drain", [at]) => Ok(Intent::Drain {
            region: region(at)?,
            to: 0,
            over_s: 600,
        }),
        ("drain", [at, share @ ..]) => drain(region(at)?, share),
        ("restore", [at]) => Ok(Intent::Restore {
            region: region(at)?,
            hold_down_s: None,
        }),
        ("restore", [at, hold_down]) => Ok(Intent::Restore {
            region: region(at)?,
            hold_down_s: Some(seconds(hold_down)?),
        }),
        ("drill", [from, to]) => Ok(Intent::Drill {
            region: region(from)?,
            to: region(to)?,
            hold_s: None,
        }),
        ("drill", [from, to, hold]) => Ok(Intent::Drill {
            region: region(from)?,
            to: region(to)?,
            hold_s: Some(seconds(hold)?),
        }),
        ("invalidate", paths) if !paths.is_empty() => Ok(Intent::Invalidate {
            paths: paths.iter().map(|path| (*path).to_owned()).collect(),
        }),
        ("certificate", [arn]) => Ok(Intent::AttachCertificate {
            arn: (*arn).to_owned(),
            found: None,
        }),
        ("up", []) => Ok(Intent::Up { found: None }),
        ("down", []) => Ok(Intent::Down { found: None }),
        // The fleet is not there yet: any Region will do.
        ("provision", [at, rest @ ..]) => provision(Region::new(at)?, rest),
        ("retire", [at]) => Ok(Intent::Retire {
            region: region(at)?,
            found: None,
        }),
        _ => Err(usage()),
    }
}

fn promote(target: Region, rest: &[&str]) -> Result<Intent, String> {
    let (mut mode, mut force) = (None, false);
    for word in rest {
        match *word {
            "switchover" => mode = Some(Mode::Switchover),
            "failover" => mode = Some(Mode::Failover),
            "force" => force = true,
            other => {
                return Err(format!(
                    "`{other}` is no way to promote; accepted are switchover, failover and force"
                ));
            }
        }
    }
    Ok(Intent::Promote {
        target,
        mode,
        force,
    })
}

/// Nothing, `over 30m`, `code-from eu-west-1`, both.
fn provision(region: Region, words: &[&str]) -> Result<Intent, String> {
    let (mut over, mut code) = (None, None);
    for pair in words.chunks(2) {
        match pair {
            ["over", time] => over = Some(seconds(time)?),
            ["code-from", from] => code = Some(from.parse()?),
            [word, ..] => {
                return Err(format!(
                    "`{word}` is not accepted here, but `over TIME` and `code-from REGION` are"
                ));
            }
            [] => {}
        }
    }
    Ok(Intent::Provision {
        region,
        code_from: code,
        over_s: over,
        found: None,
    })
}

/// `0`, `20 10m`, `20 over 10m`.
pub fn drain(region: Region, words: &[&str]) -> Result<Intent, String> {
    let words: Vec<&str> = words
        .iter()
        .copied()
        .filter(|word| !matches!(*word, "over" | "%" | "to"))
        .collect();
    let (share, time) = match words.as_slice() {
        [share] => (*share, "10m"),
        [share, time] => (*share, *time),
        _ => return Err("a percentage and a time are accepted, such as `20 over 10m`".into()),
    };
    let to = share
        .trim_end_matches('%')
        .parse::<u8>()
        .ok()
        .filter(|to| *to < 100)
        .ok_or_else(|| format!("`{share}` is no percentage from 0 to 99"))?;
    Ok(Intent::Drain {
        region,
        to,
        over_s: seconds(time)?,
    })
}

fn mechanism(word: &str) -> Result<Mechanism, String> {
    Mechanism::ALL
        .into_iter()
        .find(|mechanism| mechanism.word() == word)
        .ok_or_else(|| {
            let all: Vec<&str> = Mechanism::ALL.map(Mechanism::word).to_vec();
            format!("`{word}` is no mechanism; accepted are {}", all.join(", "))
        })
}

/// As [`seconds`] reads it.
pub fn time(seconds: u64) -> String {
    if seconds > 0 && seconds.is_multiple_of(60) {
        format!("{}m", seconds / 60)
    } else {
        format!("{seconds}s")
    }
}

/// `90s`, `10m`, `1h`; a bare number is seconds.
pub fn seconds(text: &str) -> Result<u64, String> {
    let wrong = || format!("`{text}` is no time; accepted are such as 90s, 10m and 1h");
    let (number, factor) = match text.char_indices().next_back() {
        Some((at, 's')) => (&text[..at], 1),
        Some((at, 'm')) => (&text[..at], 60),
        Some((at, 'h')) => (&text[..at], 3_600),
        _ => (text, 1),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    number
        .checked_mul(factor)
        .filter(|s| *s <= 86_400)
        .ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, arguments: &str) -> Result<Intent, String> {
        parse(name, arguments, &|text| Region::new(text))
    }

    fn eu() -> Region {
        Region::new("eu-west-1").unwrap()
    }

    #[test]
    fn a_time_is_read_as_it_was_written() {
        for s in [0, 45, 60, 90, 600, 3_600] {
            assert_eq!(seconds(&time(s)), Ok(s));
        }
    }

    #[test]
    fn an_action_is_written_as_on_the_command_line() {
        assert_eq!(
            read("drain", "eu-west-1 20 over 10m"),
            Ok(Intent::Drain {
                region: eu(),
                to: 20,
                over_s: 600
            })
        );
        assert_eq!(
            read("promote", "eu-west-1 failover force"),
            Ok(Intent::Promote {
                target: eu(),
                mode: Some(Mode::Failover),
                force: true
            })
        );
        assert_eq!(
            read("restore", "eu-west-1 90s"),
            Ok(Intent::Restore {
                region: eu(),
                hold_down_s: Some(90)
            })
        );
        let from = "eu-west-1/orders-read".parse().unwrap();
        assert_eq!(
            read(
                "provision",
                "eu-central-1 over 30m code-from eu-west-1/orders-read"
            ),
            Ok(Intent::Provision {
                region: Region::new("eu-central-1").unwrap(),
                code_from: Some(from),
                over_s: Some(1_800),
                found: None,
            })
        );
        assert!(read("provision", "eu-central-1 soon").is_err_and(|why| why.contains("over TIME")));
    }

    #[test]
    fn what_is_wrong_is_said_with_what_is_accepted() {
        assert!(
            read("evacuate", "")
                .unwrap_err()
                .contains(":evacuate REGION")
        );
        assert!(
            read("evacuate", "eu-west-1 magic")
                .unwrap_err()
                .contains("health-check")
        );
        assert!(
            read("drain", "eu-west-1 120")
                .unwrap_err()
                .contains("0 to 99")
        );
        assert!(
            read("drill", "us-east-1 eu-west-1 soon")
                .unwrap_err()
                .contains("90s")
        );
    }
}
