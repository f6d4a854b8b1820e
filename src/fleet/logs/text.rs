//! Lambda's text format.

use super::failure::Failure;
use super::json;
use super::line::{Level, LineKind, LogLine, request_id};

/// Reads one line without those below it.
pub(super) fn read(line: &str) -> LogLine {
    let starts = [
        ("START RequestId: ", LineKind::Start),
        ("END RequestId: ", LineKind::End),
        ("REPORT RequestId: ", LineKind::Report),
        ("INIT_START ", LineKind::Init),
        ("INIT_REPORT ", LineKind::Init),
        ("RequestId: ", LineKind::Platform),
        ("LAMBDA_WARNING: ", LineKind::Platform),
    ];
    let found = starts
        .iter()
        .find_map(|(start, kind)| Some((*kind, line.strip_prefix(start)?)));
    match found {
        Some((LineKind::Report, rest)) => report(line, rest),
        Some((LineKind::Init, rest)) => init(line, rest),
        Some((LineKind::Platform, rest)) => LogLine {
            failure: Failure::of_words(line),
            request_id: first_id(rest),
            ..LogLine::new(LineKind::Platform, line)
        },
        Some((kind, rest)) => LogLine {
            request_id: first_id(rest),
            ..LogLine::new(kind, line)
        },
        None => application(line),
    }
}

fn first_id(rest: &str) -> Option<String> {
    request_id(rest.split_whitespace().next().unwrap_or_default())
}

/// The value after `name` and a colon, among values that tabs part.
fn field<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let mut fields = line.split('\t').map(str::trim);
    fields.find_map(|field| field.strip_prefix(name)?.strip_prefix(": "))
}

/// `REPORT RequestId: …` and what the invocation came to.
fn report(line: &str, rest: &str) -> LogLine {
    let mut failure = failure_of(
        field(line, "Status"),
        field(line, "Error Type"),
        Failure::Timeout,
    );
    // How it was told before it had a type of its own.
    let memory = field(line, "Max Memory Used");
    if failure == Some(Failure::Crash) && memory.is_some() && memory == field(line, "Memory Size") {
        failure = Some(Failure::OutOfMemory);
    }
    LogLine {
        failure,
        request_id: first_id(rest),
        ..LogLine::new(LineKind::Report, line)
    }
}

/// `INIT_REPORT Init Duration: … Phase: … Status: …`, its parts after tabs or blanks.
fn init(line: &str, rest: &str) -> LogLine {
    let word_after = |name: &str| {
        let (_, after) = rest.split_once(name)?;
        after.split_whitespace().next()
    };
    let failure = failure_of(
        word_after("Status: "),
        word_after("Error Type: "),
        Failure::InitTimeout,
    );
    LogLine {
        failure,
        ..LogLine::new(LineKind::Init, line)
    }
}

/// What a status and a type of error say; a success says nothing.
pub(super) fn failure_of(
    status: Option<&str>,
    kind: Option<&str>,
    timeout: Failure,
) -> Option<Failure> {
    match status? {
        "timeout" => Some(timeout),
        "error" => Some(kind.and_then(Failure::of_type).unwrap_or(Failure::Crash)),
        "failure" => Some(
            kind.and_then(Failure::of_type)
                .unwrap_or(Failure::Unhandled),
        ),
        _ => None,
    }
}

/// What the function wrote, and the one line of Lambda's that begins like those.
fn application(line: &str) -> LogLine {
    // TIME<TAB>ID<TAB>LEVEL<TAB>message: Node.js.
    let fields: Vec<&str> = line.splitn(4, '\t').collect();
    if let [time, id, level, message] = fields[..]
        && is_time(time)
        && let Some(level) = Level::of(level)
    {
        return of_level(level, id, message);
    }
    // [LEVEL]<TAB>TIME<TAB>ID<TAB>message: Python.
    if let [level, time, id, message] = fields[..]
        && is_time(time)
        && let Some(level) = Level::of(level)
    {
        return of_level(level, id, message);
    }
    // TIME ID Task timed out after 3.00 seconds: Lambda's own.
    let mut words = line.splitn(3, ' ');
    if let (Some(time), Some(id), Some(rest)) = (words.next(), words.next(), words.next())
        && is_time(time)
        && let Some(id) = request_id(id)
    {
        return LogLine {
            failure: Failure::of_words(rest),
            request_id: Some(id),
            ..LogLine::new(LineKind::Platform, rest)
        };
    }
    database(line).unwrap_or_else(|| unmarked(line))
}

/// What PostgreSQL writes, behind whatever prefix its owner chose: `PREFIX FATAL:  message` (aws-facts §13.7). Two lines
/// with the same words are alike, whoever was connected: the prefix is left out.
fn database(line: &str) -> Option<LogLine> {
    // It is of one session: time, address, user, process.
    let is_dated = line.len() > 20
        && line.as_bytes()[10] == b' '
        && line
            .get(..10)
            .is_some_and(|day| day.parse::<jiff::civil::Date>().is_ok());
    if !is_dated {
        return None;
    }
    let marks = SEVERITIES.iter().filter_map(|(word, level)| {
        let at = line.find(&format!("{word}:  "))?;
        Some((at, *word, *level))
    });
    let (at, word, level) = marks.min_by_key(|(at, ..)| *at)?;
    let message = line[at + word.len() + 1..].trim_start();
    let text = match (word, sqlstate(&line[..at])) {
        ("LOG", _) => message.to_owned(),
        // As `log_error_verbosity = verbose` writes it itself.
        (_, Some(state)) if !message.starts_with(state) => format!("{word}: {state}: {message}"),
        _ => format!("{word}: {message}"),
    };
    Some(LogLine {
        level: Some(level),
        ..LogLine::new(LineKind::Application, &text)
    })
}

/// The SQLSTATE that a prefix names behind process and number of the line: `…:[PID]:LINE:SQLSTATE:…`; none where the
/// prefix has none, or of a success.
fn sqlstate(prefix: &str) -> Option<&str> {
    let (_, rest) = prefix.split_once("]:")?;
    let mut parts = rest.split(':');
    let number = parts.next()?;
    let state = parts.next()?;
    let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    let is_state = state.len() == 5
        && state
            .bytes()
            .all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
        && !state.starts_with("00");
    (is_number && is_state).then_some(state)
}

/// PostgreSQL's severities, and the lines that go on about the one before.
const SEVERITIES: [(&str, Level); 12] = [
    ("PANIC", Level::Fatal),
    ("FATAL", Level::Fatal),
    ("ERROR", Level::Error),
    ("WARNING", Level::Warn),
    ("NOTICE", Level::Info),
    ("INFO", Level::Info),
    ("LOG", Level::Info),
    ("DETAIL", Level::Info),
    ("HINT", Level::Info),
    ("QUERY", Level::Info),
    ("CONTEXT", Level::Info),
    ("STATEMENT", Level::Info),
];

fn of_level(level: Level, id: &str, message: &str) -> LogLine {
    let grave = matches!(level, Level::Error | Level::Fatal);
    let told = grave.then(|| json::error_in(message)).flatten();
    let mut line = told.unwrap_or_else(|| LogLine::new(LineKind::Application, message));
    if grave && line.failure.is_none() {
        line.failure = Failure::of_words(message);
    }
    line.level = Some(level);
    line.request_id = request_id(id);
    line
}

/// A line without Lambda's frame: its level is among its first words, where it has one.
fn unmarked(line: &str) -> LogLine {
    let mut words = line.split_whitespace().take(4);
    let level = words.find_map(|word| {
        let bare = word.trim_end_matches(':');
        let upper = bare
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b"[]".contains(&b));
        upper.then(|| Level::of(bare)).flatten()
    });
    // `[ERROR] Runtime.ImportModuleError: …` is the Python runtime's own.
    let own = line.starts_with("[ERROR] ");
    LogLine {
        level,
        failure: own.then(|| Failure::of_words(line).unwrap_or(Failure::Unhandled)),
        ..LogLine::new(LineKind::Application, line)
    }
}

/// `2026-11-28T10:00:00.562Z`.
fn is_time(text: &str) -> bool {
    text.len() >= 20 && text.as_bytes()[10] == b'T' && text.parse::<jiff::Timestamp>().is_ok()
}
