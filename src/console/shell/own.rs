//! A program of the operator's own: run without a shell and without a terminal, what it writes shown and never logged.

use std::process::Stdio;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;

use crate::app::ProgramWrote;
use gwctl_fleet::clean_line;

/// Bytes that are shown of a stream.
const MOST: u64 = 256 * 1024;

/// Runs a program to its end. It is killed when nobody waits for it any more.
pub(super) async fn run(argv: Vec<String>) -> Result<ProgramWrote, String> {
    let Some((program, arguments)) = argv.split_first() else {
        return Err("there is no program to run".into());
    };
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("{program} could not be run: {error}"))?;
    let (out, err) = tokio::join!(read(child.stdout.take()), read(child.stderr.take()));
    let status = child
        .wait()
        .await
        .map_err(|error| format!("{program} could not be waited for: {error}"))?;
    let text = out + &err;
    let how = match status.code() {
        Some(code) => format!("ended with {code}"),
        None => "was ended by a signal".to_owned(),
    };
    Ok(ProgramWrote {
        lines: text
            .lines()
            .map(|line| clean_line(&line.replace('\t', "    ")))
            .collect(),
        how,
        well: status.success(),
    })
}

/// What comes, as far as it is shown.
async fn read(stream: Option<impl AsyncRead + Unpin>) -> String {
    let mut bytes = Vec::new();
    if let Some(stream) = stream {
        // What broke off is shown as far as it came.
        let _ = stream.take(MOST).read_to_end(&mut bytes).await;
    }
    let cut = bytes.len() as u64 >= MOST;
    let mut text = String::from_utf8_lossy(&bytes).into_owned();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    if cut {
        text.push_str("the rest is not shown: only the first 256 KiB are read\n");
    }
    text
}
