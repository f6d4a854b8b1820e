//! What only a whole process shows: start-up, keys, idleness, size.

use std::io::{Read as _, Write as _};
use std::num::NonZero;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use gwctl::sim::wire;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use super::picture::world;
use super::table::{Table, median, millis, timed};

const GWCTL: &str = env!("CARGO_BIN_EXE_gwctl");

/// How long the idle console is watched.
const IDLE: Duration = Duration::from_secs(30);

/// gwctl in a pseudo-terminal.
struct Console {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    writer: Option<Box<dyn std::io::Write + Send>>,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    started: Instant,
}

impl Console {
    fn start(home: &std::path::Path, args: &[&str], env: &[(&str, String)]) -> Self {
        Self::program(std::path::Path::new(GWCTL), home, args, env)
    }

    fn program(
        program: &std::path::Path,
        home: &std::path::Path,
        args: &[&str],
        env: &[(&str, String)],
    ) -> Self {
        let size = PtySize {
            rows: 60,
            cols: 200,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.env_clear();
        for (name, value) in [("TERM", "xterm-256color"), ("COLORTERM", "truecolor")] {
            command.env(name, value);
        }
        for name in ["HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"] {
            command.env(name, home);
        }
        for (name, value) in env {
            command.env(name, value);
        }
        let started = Instant::now();
        let child = pair.slave.spawn_command(command).unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut buffer = vec![0; 65_536];
            while let Ok(n @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..n].to_vec()).is_err() {
                    break;
                }
            }
        });
        let screen = vt100::Parser::new(NonZero::new(60).unwrap(), NonZero::new(200).unwrap(), 0);
        Self {
            child,
            master: pair.master,
            writer: None,
            output,
            screen,
            started,
        }
    }

    /// Time from the start until `text` stands on the screen.
    fn until(&mut self, text: &str) -> Duration {
        self.until_so(text, |screen| screen.contains(text))
    }

    /// Time from the start until each of three Regions has its verdict and its last figure, the days that its
    /// certificate is good for.
    fn until_filled(&mut self) -> Duration {
        self.until_so("every figure", |screen| {
            screen.matches("healthy").count() > 3 && screen.matches(" d ").count() >= 3
        })
    }

    fn until_so(&mut self, what: &str, is_so: impl Fn(&str) -> bool) -> Duration {
        let deadline = Instant::now() + Duration::from_secs(60);
        while !is_so(&self.screen.screen().contents()) {
            let left = deadline.saturating_duration_since(Instant::now());
            let bytes = self.output.recv_timeout(left).unwrap_or_else(|_| {
                panic!(
                    "{what} never appeared:\n{}",
                    self.screen.screen().contents()
                )
            });
            self.screen.process(&bytes);
        }
        self.started.elapsed()
    }

    /// Share of a core, in percent, and resident memory while nobody does anything.
    fn idle(&mut self) -> (f64, f64) {
        self.settle();
        let (before, _) = self.usage();
        std::thread::sleep(IDLE);
        let (after, mib) = self.usage();
        let used = after.saturating_sub(before).as_secs_f64();
        (100.0 * used / IDLE.as_secs_f64(), mib)
    }

    fn press(&mut self, keys: &[u8]) {
        let writer = self
            .writer
            .get_or_insert_with(|| self.master.take_writer().unwrap());
        writer.write_all(keys).unwrap();
        writer.flush().unwrap();
    }

    /// Takes in what was written until nothing more comes for a moment.
    fn settle(&mut self) {
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(200)) {
            self.screen.process(&bytes);
        }
    }

    /// CPU time used so far, and resident memory in MiB.
    fn usage(&self) -> (Duration, f64) {
        let pid = self.child.process_id().unwrap();
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
        // utime and stime, in clock ticks of 10 ms.
        let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let kib = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .unwrap();
        let kib: f64 = kib.trim().trim_end_matches(" kB").trim().parse().unwrap();
        (Duration::from_millis(ticks * 10), kib / 1_024.0)
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn rows(table: &mut Table) {
    let home = tempfile::tempdir().unwrap();
    first_frames(table, home.path());

    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut times = Vec::new();
    for regions in [3, 34] {
        let sim = world(regions);
        let server = runtime.block_on(wire::serve(sim.clone(), 0)).unwrap();
        let url = format!("http://{}", server.address());
        let config = home.path().join(format!("fleet-{regions}.toml"));
        std::fs::write(&config, fleet_file(&sim, &url)).unwrap();
        let status = || {
            let mut command = Command::new(GWCTL);
            command
                .args(["status", "-o", "json", "--config"])
                .arg(&config)
                .env_clear();
            for (name, value) in endpoint(&url) {
                command.env(name, value);
            }
            command
                .env("HOME", home.path())
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            timed(|| _ = command.status().unwrap())
        };
        times.push(median(5, status));
        if regions == 3 {
            watch_idle(table, home.path(), &config, &url);
        } else {
            watch_many(table, home.path(), &config, &url);
        }
        runtime.block_on(server.stop());
    }
    let ratio = times[1].as_secs_f64() / times[0].as_secs_f64();
    table.row(
        "`gwctl status`, exec to exit, 3 Regions over loopback, 80 ms a reply",
        millis(times[0]),
        "",
        true,
    );
    table.row(
        "the same, 34 Regions",
        format!("{} ({ratio:.2} × that of 3)", millis(times[1])),
        "",
        true,
    );
    let size = std::fs::metadata(GWCTL).unwrap().len();
    table.row(
        "size of the release binary",
        format!("{:.1} MiB", size as f64 / 1_048_576.0),
        "",
        true,
    );
}

/// A program that links what gwctl links and does nothing but draw one frame: what starting costs here at least.
/// The benchmark plays it when it is started with [`PEER`] set.
pub fn play_peer() {
    if std::env::var_os(PEER).is_none() {
        return;
    }
    let mut terminal = ratatui::init();
    terminal
        .draw(|frame| frame.render_widget("peer", frame.area()))
        .unwrap();
    std::thread::sleep(Duration::from_secs(60));
}

const PEER: &str = "GWCTL_BENCH_PEER";

fn first_frames(table: &mut Table, home: &std::path::Path) {
    let own = std::env::current_exe().unwrap();
    let peer = median(11, || {
        Console::program(&own, home, &[], &[(PEER, "1".into())]).until("peer")
    });
    let config = home.join("first.toml");
    std::fs::write(&config, fleet_file(&world(3), "http://127.0.0.1:9")).unwrap();
    let env = endpoint("http://127.0.0.1:9");
    let args = ["--config", config.to_str().unwrap()];
    let configured = median(11, || Console::start(home, &args, &env).until("gwctl"));
    let demo = median(11, || {
        Console::start(home, &["demo", "--seed", "1"], &[]).until("gwctl")
    });
    let to = |one: Duration, other: Duration| one.as_secs_f64() / other.as_secs_f64();
    table.row(
        "from exec to the first frame, a configured fleet",
        format!(
            "{} ({:.2} × a program that draws one frame)",
            millis(configured),
            to(configured, peer)
        ),
        "100 ms",
        configured <= Duration::from_millis(100),
    );
    table.row(
        "the same, `gwctl demo`",
        format!("{} ({:.2} × that)", millis(demo), to(demo, configured)),
        "1.5 × that",
        to(demo, configured) <= 1.5,
    );
}

/// The console on a fleet in every Region there is.
fn watch_many(table: &mut Table, home: &std::path::Path, config: &std::path::Path, url: &str) {
    let config = config.to_str().unwrap();
    let env = endpoint(url);
    let mut console = Console::start(home, &["--config", config], &env);
    console.until("healthy");
    let (calm, mib) = console.idle();
    console.press(b"i");
    console.until("incident pace");
    let (incident, _) = console.idle();
    table.row(
        "idle console, 34 Regions",
        format!(
            "{calm:.2} % of a core calm, {incident:.2} % at the incident pace, {mib:.0} MiB resident"
        ),
        "1.5 %, 4 %",
        calm <= 1.5 && incident <= 4.0,
    );
}

/// The console on a calm fleet whose AWS is another process's business; then keys while AWS hangs.
fn watch_idle(table: &mut Table, home: &std::path::Path, config: &std::path::Path, url: &str) {
    let config = config.to_str().unwrap();
    let env = endpoint(url);
    let filled = median(5, || {
        Console::start(home, &["--config", config], &env).until_filled()
    });
    table.row(
        "from exec to every figure on screen, 3 Regions, 80 ms a reply",
        millis(filled),
        "500 ms",
        filled <= Duration::from_millis(500),
    );
    let mut console = Console::start(home, &["--config", config], &env);
    console.until("healthy");
    let (percent, mib) = console.idle();
    table.row(
        "idle console, 3 Regions, calm pace",
        format!("{percent:.2} % of a core, {mib:.0} MiB resident"),
        "1 %, 60 MiB",
        percent < 1.0 && mib < 60.0,
    );
    drop(console);

    // An endpoint that takes connections and never answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let env = endpoint(&url);
    let mut console = Console::start(home, &["--config", config], &env);
    console.until("gwctl");
    console.settle();
    let mut key = |key: &[u8], text: &str| {
        console.started = Instant::now();
        console.press(key);
        let answered = console.until(text);
        console.settle();
        answered
    };
    // Two screens that have nothing to show yet still have their own words.
    let answered = median(9, || key(b"5", "Calls").max(key(b"1", "Fleet")));
    table.row(
        "a key answered while every call hangs",
        millis(answered),
        "one frame, 33 ms",
        answered <= Duration::from_millis(33),
    );
}

fn endpoint(url: &str) -> Vec<(&'static str, String)> {
    vec![
        ("AWS_ENDPOINT_URL", url.to_owned()),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE".into()),
        ("AWS_SECRET_ACCESS_KEY", "example".into()),
        ("AWS_REGION", "us-east-1".into()),
        ("AWS_EC2_METADATA_DISABLED", "true".into()),
    ]
}

/// The configuration of a gwctl that looks at `sim` through `url`.
fn fleet_file(sim: &gwctl::sim::Sim, url: &str) -> String {
    let mut spec = sim.spec();
    spec.probe_url = Some(format!("{url}/_gwctl/probe/domain"));
    for site in &mut spec.sites {
        site.probe_url = Some(format!("{url}/_gwctl/probe/{}", site.region));
    }
    let fleets = std::collections::BTreeMap::from([(sim.name(), spec)]);
    toml::to_string(&std::collections::BTreeMap::from([("fleets", fleets)])).unwrap()
}
