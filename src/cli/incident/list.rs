//! The recordings of this machine, and a copy of one for others.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::args::Export;
use super::file;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::flags::Output;
use crate::cli::output::print;
use crate::fleet::format::{bytes, date, minute, stopwatch};
use crate::fleet::{Verdict, clean, clean_markdown};
use crate::recording::{Recording, redacted};

/// One recording, or why it cannot be read.
struct Line {
    name: String,
    size: u64,
    recording: Result<Recording, Failure>,
}

/// Prints them, the oldest first.
pub fn list(folder: &Path, output: Output) -> Result<Exit, Failure> {
    let paths =
        file::all(folder).map_err(|why| Failure::io(format!("read {}", folder.display()), &why))?;
    let lines: Vec<Line> = paths.iter().map(|path| line(path)).collect();
    print(&match output {
        Output::Json => format!("{:#}\n", document(folder, &lines)),
        Output::Table => table(folder, &lines),
        Output::Markdown => markdown(&lines),
    })?;
    Ok(Exit::Success)
}

fn line(path: &Path) -> Line {
    Line {
        name: name(path),
        size: std::fs::metadata(path).map_or(0, |known| known.len()),
        recording: file::read(path),
    }
}

fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    clean(&name, 200)
}

fn worst(recording: &Recording) -> Verdict {
    let verdicts = recording.fleet_verdicts();
    let all = verdicts.iter().map(|(_, verdict)| *verdict);
    all.max().unwrap_or_default()
}

/// When, how long, how bad, how many pictures, how large.
fn cells(line: &Line) -> Vec<String> {
    match &line.recording {
        Ok(recording) => {
            let (from, to) = (recording.from(), recording.to());
            vec![
                line.name.clone(),
                format!("{} {}", date(from), minute(from)),
                stopwatch(to.duration_since(from)),
                worst(recording).to_string(),
                recording.count().to_string(),
                bytes(line.size as f64),
            ]
        }
        Err(_) => vec![
            line.name.clone(),
            String::new(),
            String::new(),
            "cannot be read".into(),
        ],
    }
}

const HEADS: [&str; 6] = ["file", "from (UTC)", "for", "worst", "pictures", "size"];

fn table(folder: &Path, lines: &[Line]) -> String {
    if lines.is_empty() {
        return format!("No recordings in {}.\n", file::none(folder));
    }
    let mut rows = vec![HEADS.map(ToOwned::to_owned).to_vec()];
    rows.extend(lines.iter().map(cells));
    let width = |n: usize| {
        let cells = rows.iter().filter_map(|row| row.get(n));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..HEADS.len()).map(width).collect();
    let mut text = format!(
        "Recordings in {}; gwctl never deletes one\n\n",
        folder.display()
    );
    for row in &rows {
        let mut out = String::new();
        for (n, cell) in row.iter().enumerate() {
            let width = widths.get(n).copied().unwrap_or(0);
            // Counts and sizes stand at the right.
            let _ = match n {
                4 | 5 => write!(out, "{cell:>width$}  "),
                _ => write!(out, "{cell:<width$}  "),
            };
        }
        let _ = writeln!(text, "{}", out.trim_end());
    }
    for line in lines {
        if let Err(why) = &line.recording {
            let _ = writeln!(text, "\n{why}");
        }
    }
    text
}

fn markdown(lines: &[Line]) -> String {
    let mut text = format!("| {} |\n|---|---|---|---|--:|--:|\n", HEADS.join(" | "));
    for line in lines {
        let mut cells = cells(line);
        cells.resize(HEADS.len(), String::new());
        let cells: Vec<String> = cells.iter().map(|cell| clean_markdown(cell)).collect();
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    text
}

/// `gwctl.incidents/1`.
fn document(folder: &Path, lines: &[Line]) -> Value {
    let one = |line: &Line| match &line.recording {
        Ok(recording) => json!({
            "file": line.name,
            "bytes": line.size,
            "fleet": recording.head.fleet,
            "from": recording.from(),
            "to": recording.to(),
            "worst": worst(recording),
            "pictures": recording.count(),
            "redacted": recording.head.redacted,
            "cut": recording.cut,
        }),
        Err(why) => json!({ "file": line.name, "bytes": line.size, "error": why.to_string() }),
    };
    json!({
        "schema": "gwctl.incidents/1",
        "folder": folder.display().to_string(),
        "recordings": lines.iter().map(one).collect::<Vec<_>>(),
    })
}

/// Copies one; a file that is there is not overwritten.
pub fn export(folder: &Path, args: &Export) -> Result<Exit, Failure> {
    let path = file::find(folder, &args.file)?;
    let mut copy = file::bytes(&path)?;
    let unfit = |why| Failure::new(format!("cannot read {}: {why}", path.display()));
    if args.redact {
        copy = redacted(&copy).map_err(unfit)?;
    } else {
        Recording::read(&copy).map_err(unfit)?;
    }
    let to = args
        .to
        .clone()
        .unwrap_or_else(|| PathBuf::from(copied(&path, args.redact)));
    let written = file::new(&to).and_then(|mut file| file.write_all(&copy));
    written.map_err(|why| Failure::io(format!("write {}", to.display()), &why))?;
    print(&format!("{}\n", to.display()))?;
    Ok(Exit::Success)
}

fn copied(path: &Path, redact: bool) -> String {
    let name = name(path);
    if redact {
        let stem = name.strip_suffix(file::ENDING).unwrap_or(&name);
        return format!("{stem}-redacted{}", file::ENDING);
    }
    name
}
