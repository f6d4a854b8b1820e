//! Third-party emulators of AWS in a pinned virtual environment, and the servers that run from it.
//!
//! The environment is made once under `target/`, whoever asks first, and again when the pins change.
//! The servers listen on free loopback ports and end with the test process, however that ends.

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

const PINS: &str = include_str!("requirements.txt");
const NEEDS_PYTHON: &str = "these tests need Python 3.11 or newer with venv: install it, \
    for instance with `apt-get install python3 python3-venv`";

/// The virtual environment's Python.
pub fn python() -> PathBuf {
    environment().join("bin/python")
}

/// The AWS CLI in the virtual environment.
pub fn aws_cli() -> PathBuf {
    environment().join("bin/aws")
}

/// The virtual environment, made on first use.
fn environment() -> &'static Path {
    static ENVIRONMENT: OnceLock<PathBuf> = OnceLock::new();
    ENVIRONMENT.get_or_init(|| {
        let home = home();
        fs::create_dir_all(&home).expect("a directory under target/");
        // Several test processes may come at once: one makes it, the others wait.
        let lock = File::create(home.join("lock")).expect("a lock file under target/");
        lock.lock().expect("a lock on target/emulators");
        let environment = home.join("venv");
        let made_from = home.join("made-from.txt");
        if fs::read_to_string(&made_from).is_ok_and(|pins| pins == PINS) {
            return environment;
        }
        let _ = fs::remove_file(&made_from);
        let _ = fs::remove_dir_all(&environment);
        let arguments = ["-m", "venv", &environment.to_string_lossy()];
        run(Command::new("python3").args(arguments), NEEDS_PYTHON);
        let requirements = home.join("requirements.txt");
        fs::write(&requirements, PINS).expect("the pins under target/");
        let pip = "-m pip install --quiet --disable-pip-version-check --no-input --requirement";
        run(
            Command::new(environment.join("bin/python")).args(pip.split(' ')).arg(&requirements),
            "pip could not install tests/contracts/requirements.txt: is there a way to a Python package index?",
        );
        fs::write(&made_from, PINS).expect("the stamp under target/");
        environment
    })
}

/// Adds a package to the environment, for machines that lack what it stands for.
pub fn install(package: &str) {
    let pip = "-m pip install --quiet --disable-pip-version-check --no-input";
    run(
        Command::new(python()).args(pip.split(' ')).arg(package),
        "pip could not install a package: is there a way to a Python package index?",
    );
}

/// `target/emulators`.
fn home() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .parent()
        .expect("target/tmp has a parent");
    target.join("emulators")
}

fn run(command: &mut Command, sentence: &str) {
    let output = command.stdin(Stdio::null()).output();
    match output {
        Ok(output) if output.status.success() => {}
        Ok(output) => panic!("{sentence}\n{}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => panic!("{sentence} ({error})"),
    }
}

/// A running emulator.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// `http://127.0.0.1:PORT`.
    pub url: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A ministack of one's own: CloudWatch, RDS, CloudFront, Lambda, API Gateway, ACM, STS, CloudFormation.
pub fn ministack() -> Server {
    start("ministack", |command, port| {
        command
            .arg("ministack.app")
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", port.to_string())
            .env("IOT_MTLS_ENABLED", "0")
            .env("SFTP_ENABLED", "0")
            // Where Docker runs it would start real databases.
            .env("DOCKER_HOST", "unix:///nonexistent");
    })
}

/// A moto of one's own: Route 53.
pub fn moto() -> Server {
    start("moto", |command, port| {
        command.args(["moto.server", "-H", "127.0.0.1", "-p", &port.to_string()]);
    })
}

/// A moto of one's own for gwctl to build in: `moto_in_front.py` says what is before it.
pub fn moto_to_build_in() -> Server {
    start("moto", |command, port| {
        let port = port.to_string();
        command.args(["moto_in_front", "-H", "127.0.0.1", "-p", &port]);
    })
}

fn start(name: &str, configure: impl Fn(&mut Command, u16)) -> Server {
    // Between finding a port free and the server taking it, another process may take it.
    (0..5)
        .find_map(|_| try_to_start(name, &configure))
        .unwrap_or_else(|| {
            let log = fs::read_to_string(log_file(name)).unwrap_or_default();
            panic!("{name} does not start:\n{log}")
        })
}

fn try_to_start(name: &str, configure: &impl Fn(&mut Command, u16)) -> Option<Server> {
    let mut command = Command::new(python());
    let port = free_port();
    let log = File::create(log_file(name)).expect("a log file under target/");
    command
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/contracts/serve.py"
        ))
        .stdin(Stdio::piped()) // closes when we end: see serve.py
        .stdout(log.try_clone().expect("a second handle of the log"))
        .stderr(log)
        .env("PYTHONUNBUFFERED", "1");
    clean_environment(&mut command);
    configure(&mut command, port);
    let child = command.spawn().expect("Python of the virtual environment");
    let mut server = Server {
        child,
        url: format!("http://127.0.0.1:{port}"),
    };
    let patience = Instant::now() + Duration::from_secs(90);
    while Instant::now() < patience {
        if server.child.try_wait().is_ok_and(|ended| ended.is_some()) {
            return None;
        }
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Some(server);
        }
        // Polling a port is the one wait that nothing can signal.
        std::thread::sleep(Duration::from_millis(50));
    }
    None
}

/// Removes what the operator's own AWS set-up would bring in.
pub fn clean_environment(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AWS_") {
            command.env_remove(name);
        }
    }
    command
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("NO_PROXY", "127.0.0.1");
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free loopback port");
    listener.local_addr().expect("its address").port()
}

fn log_file(name: &str) -> PathBuf {
    home().join(format!("{name}.log"))
}

#[test]
fn an_emulator_starts_on_a_free_port_and_ends_with_its_owner() {
    let server = moto();
    let address = server.url.trim_start_matches("http://").to_owned();
    assert!(TcpStream::connect(&address).is_ok());
    drop(server);
    assert!(TcpStream::connect(&address).is_err());
}

#[test]
fn boto3_and_the_aws_cli_come_with_the_environment() {
    let boto3 = Command::new(python())
        .args(["-c", "import boto3; print(boto3.__version__)"])
        .output();
    let version = String::from_utf8(boto3.expect("Python runs").stdout).expect("text");
    assert!(
        PINS.contains(&format!("boto3=={}\n", version.trim())),
        "{version}"
    );
    let cli = Command::new(aws_cli())
        .arg("--version")
        .output()
        .expect("the AWS CLI runs");
    assert!(String::from_utf8_lossy(&cli.stdout).starts_with("aws-cli/"));
}
