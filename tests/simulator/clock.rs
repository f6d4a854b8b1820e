//! Another process follows the time of a served world.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Stdio};

use jiff::Timestamp;

/// A process that ends with the test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn gwctl(home: &std::path::Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gwctl"));
    command.args(args);
    let folders = [
        "HOME",
        "XDG_STATE_HOME",
        "XDG_CONFIG_HOME",
        "XDG_CACHE_HOME",
        "XDG_DATA_HOME",
    ];
    command.envs(folders.map(|name| (name, home)));
    for name in [
        "GWCTL_LOG",
        "GWCTL_CONFIG",
        "GWCTL_FLEET",
        "GWCTL_CLOCK",
        "AWS_PROFILE",
    ] {
        command.env_remove(name);
    }
    command
}

/// The moment the served world stands at, to the second.
fn world_time(address: &str) -> Timestamp {
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let request = "GET /_gwctl/health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    let date = reply
        .lines()
        .find_map(|line| line.strip_prefix("date: "))
        .unwrap();
    jiff::fmt::rfc2822::parse(date).unwrap().timestamp()
}

#[test]
fn a_client_of_a_fast_world_lives_in_its_time() {
    let home = tempfile::tempdir().unwrap();
    let mut server = gwctl(
        home.path(),
        &["sim", "serve", "--port", "0", "--speed", "200"],
    );
    let server = server.stdout(Stdio::piped()).stderr(Stdio::null());
    let mut server = Process(server.spawn().unwrap());
    let mut exports = Vec::new();
    for line in BufReader::new(server.0.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        match line
            .strip_prefix("export ")
            .and_then(|line| line.split_once('='))
        {
            Some((name, value)) => exports.push((name.to_owned(), value.to_owned())),
            None if line.starts_with("unset ") => break,
            None => {}
        }
    }
    let url = exports.iter().find(|(name, _)| name == "AWS_ENDPOINT_URL");
    let address = url.unwrap().1.trim_start_matches("http://").to_owned();
    let before = world_time(&address);
    let own = tempfile::tempdir().unwrap();
    let mut client = gwctl(own.path(), &["status", "-o", "json"]);
    let told = client.envs(exports).output().unwrap();
    let after = world_time(&address);
    let document: serde_json::Value = serde_json::from_slice(&told.stdout).unwrap();
    let at: Timestamp = document["at"].as_str().unwrap().parse().unwrap();
    // The header has whole seconds, and the word's milliseconds are two hundred of the world's.
    let slack = jiff::SignedDuration::from_secs(3);
    assert!(
        before - slack < at && at < after + slack,
        "{before} {at} {after}"
    );
    assert!(
        after.duration_since(before).as_secs() > 10,
        "the world did run fast"
    );
    drop(server);
}
