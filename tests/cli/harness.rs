//! Runs the built binary in a home of its own, with nothing of this machine's environment.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A home folder that nobody else uses.
pub struct Home {
    folder: TempDir,
}

/// What a run printed, and how it ended.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Home {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    /// Writes the configuration file.
    pub fn configure(&self, text: &str) -> PathBuf {
        let path = self.path("config/gwctl/config.toml");
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The binary with `args`, in this home.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gwctl"));
        command
            .args(args)
            .env_clear()
            .env("HOME", self.folder.path())
            .env("XDG_CONFIG_HOME", self.path("config"))
            .env("XDG_STATE_HOME", self.path("state"))
            .stdin(Stdio::null());
        command
    }

    /// Runs `args` to the end.
    pub fn run(&self, args: &[&str]) -> Ran {
        Ran::of(self.command(args).output().unwrap())
    }
}

impl Ran {
    pub fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The JSON it printed.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("{error}: {}\n{}", self.out, self.err))
    }
}

/// A fleet of `regions` in a configuration file.
pub fn fleet(regions: &[&str]) -> String {
    let mut text = "[fleets.orders]\ndomain = \"api.orders.example.com\"\nglobal_cluster = \"orders\"\n\
        [fleets.orders.edge]\ndistribution = \"E2ORDERS0EDGE1\"\nhosted_zone = \"Z0ORDERS0EXAMPLE1\"\n\
        latency_record = \"latency.orders.example.com\"\n"
        .to_owned();
    let site = |region: &&str| {
        format!(
            "[[fleets.orders.sites]]\nregion = \"{region}\"\napi = \"a1b2c3\"\nfunctions = [\"orders-read\"]\n"
        )
    };
    text.extend(regions.iter().map(site));
    text
}

/// Whether `program` can be run here.
pub fn installed(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
    })
}
