//! A pseudo-terminal with gwctl in it, and a screen to read it by.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, SlavePty, native_pty_system};
use tempfile::TempDir;

/// How long anything may take, on a machine busy with other tests. Nothing waits this long unless
/// it fails.
const PATIENCE: Duration = Duration::from_mins(1);

pub const GWCTL: &str = env!("CARGO_BIN_EXE_gwctl");

/// What came out so far.
struct Output {
    bytes: Vec<u8>,
    screen: vt100::Parser,
    /// Nobody holds the other end any more.
    ended: bool,
    /// The reader shall let go of the master.
    hang_up: bool,
}

type Shared = Arc<(Mutex<Output>, Condvar)>;

/// gwctl in a terminal of its own, away from the user's files and credentials.
pub struct Console {
    output: Shared,
    child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
    /// Held, so that what gwctl leaves the terminal in can be looked at after it.
    slave: Option<Box<dyn SlavePty + Send>>,
    writer: Option<Box<dyn Write + Send>>,
    modes_before: String,
    /// Removed at the end.
    _home: TempDir,
}

/// How to start it.
pub struct Start<'a> {
    pub program: &'a str,
    pub args: &'a [&'a str],
    pub env: &'a [(&'a str, &'a str)],
    pub size: (u16, u16),
}

impl Default for Start<'_> {
    fn default() -> Self {
        Self {
            program: GWCTL,
            args: &["demo", "--seed", "1"],
            env: &[],
            size: (120, 40),
        }
    }
}

impl Console {
    /// `gwctl demo` on a terminal of 120×40.
    pub fn demo() -> Self {
        Self::start(&Start::default())
    }

    /// gwctl with these arguments, once it has looked at every Region.
    pub fn living(args: &[&str]) -> Self {
        let console = Self::start(&Start {
            args,
            ..Start::default()
        });
        console.wait_text(&["us-east-1", "healthy"]);
        console.wait_no_text(&["first look under way"]);
        console
    }

    pub fn start(start: &Start<'_>) -> Self {
        let (columns, rows) = start.size;
        let pair = native_pty_system()
            .openpty(pty_size(columns, rows))
            .expect("a pseudo-terminal");
        let home = TempDir::new().unwrap();
        let modes_before = modes(pair.master.as_ref());
        let mut command = CommandBuilder::new(start.program);
        command.args(start.args);
        command.env_clear();
        command.env("TERM", "xterm-256color");
        command.env("HOME", home.path());
        for (name, value) in start.env {
            command.env(name, value);
        }
        command.cwd(home.path());
        let child = pair
            .slave
            .spawn_command(command)
            .expect("the binary starts");
        let output: Shared = Arc::new((
            Mutex::new(Output {
                bytes: Vec::new(),
                screen: vt100::Parser::new(cells(rows), cells(columns), 0),
                ended: false,
                hang_up: false,
            }),
            Condvar::new(),
        ));
        let reader = pair.master.try_clone_reader().unwrap();
        let read_into = Arc::clone(&output);
        thread::spawn(move || read(reader, &read_into));
        Self {
            output,
            child,
            writer: Some(pair.master.take_writer().unwrap()),
            master: Some(pair.master),
            slave: Some(pair.slave),
            modes_before,
            _home: home,
        }
    }

    /// Sends keys as a terminal does: `\x1b` alone is Esc, `\x03` is Ctrl-C.
    pub fn press(&mut self, keys: &str) {
        let writer = self.writer.as_mut().expect("not hung up");
        writer.write_all(keys.as_bytes()).unwrap();
        writer.flush().unwrap();
    }

    /// Waits until the screen satisfies `is_so`.
    pub fn wait(&self, what: &str, is_so: impl Fn(&vt100::Screen) -> bool) {
        self.wait_for(what, |output| is_so(output.screen.screen()));
    }

    /// Waits until every one of `texts` is on the screen.
    pub fn wait_text(&self, texts: &[&str]) {
        self.wait(&format!("{texts:?}"), |screen| {
            let contents = screen.contents();
            texts.iter().all(|text| contents.contains(text))
        });
    }

    /// Whether `text` is on the screen within `time`.
    pub fn shows_within(&self, time: Duration, text: &str) -> bool {
        let (output, changed) = &*self.output;
        let deadline = Instant::now() + time;
        let mut output = output.lock().unwrap();
        loop {
            if output.screen.screen().contents().contains(text) {
                return true;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || output.ended {
                return false;
            }
            output = changed.wait_timeout(output, left).unwrap().0;
        }
    }

    /// Waits until none of `texts` is on the screen.
    pub fn wait_no_text(&self, texts: &[&str]) {
        self.wait(&format!("no {texts:?}"), |screen| {
            let contents = screen.contents();
            !texts.iter().any(|text| contents.contains(text))
        });
    }

    /// Waits until `sequence` was written since the beginning.
    pub fn wait_bytes(&self, sequence: &str) {
        self.wait_for(sequence, |output| holds(&output.bytes, sequence));
    }

    fn wait_for(&self, what: &str, is_so: impl Fn(&Output) -> bool) {
        let (output, changed) = &*self.output;
        let deadline = Instant::now() + PATIENCE;
        let mut output = output.lock().unwrap();
        while !is_so(&output) {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero() && !output.ended,
                "waited without result for {what}; on screen is\n{}",
                output.screen.screen().contents()
            );
            output = changed.wait_timeout(output, left).unwrap().0;
        }
    }

    /// How many bytes came within `time`.
    pub fn bytes_within(&self, time: Duration) -> usize {
        let (output, changed) = &*self.output;
        let deadline = Instant::now() + time;
        let mut output = output.lock().unwrap();
        let before = output.bytes.len();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return output.bytes.len() - before;
            }
            output = changed.wait_timeout(output, left).unwrap().0;
        }
    }

    /// Everything written so far.
    pub fn bytes(&self) -> Vec<u8> {
        self.output.0.lock().unwrap().bytes.clone()
    }

    /// Something of the screen as it is now.
    pub fn read<T>(&self, what: impl Fn(&vt100::Screen) -> T) -> T {
        what(self.output.0.lock().unwrap().screen.screen())
    }

    /// What is on the screen.
    pub fn contents(&self) -> String {
        self.output.0.lock().unwrap().screen.screen().contents()
    }

    /// Writes on the terminal as another program does that has it open.
    pub fn scribble(&self, text: &str) {
        let name = self.master.as_ref().unwrap().tty_name().unwrap();
        std::fs::write(name, text).unwrap();
    }

    pub fn resize(&self, columns: u16, rows: u16) {
        self.output
            .0
            .lock()
            .unwrap()
            .screen
            .screen_mut()
            .set_size(cells(rows), cells(columns));
        self.master
            .as_ref()
            .unwrap()
            .resize(pty_size(columns, rows))
            .unwrap();
    }

    /// Sends a signal by name: `TERM`.
    pub fn signal(&self, name: &str) {
        let id = self.child.process_id().unwrap().to_string();
        let status = std::process::Command::new("kill")
            .args([&format!("-{name}"), &id])
            .status();
        assert!(status.unwrap().success());
    }

    /// Takes the terminal away, as closing its window does.
    pub fn hang_up(&mut self) {
        self.output.0.lock().unwrap().hang_up = true;
        // The reader is blocked in a read: what the resize makes gwctl write wakes it.
        self.resize(100, 30);
        self.wait_for_reader();
        self.writer = None;
        self.slave = None;
        self.master = None;
    }

    fn wait_for_reader(&self) {
        let (output, changed) = &*self.output;
        let mut output = output.lock().unwrap();
        while !output.ended {
            output = changed.wait_timeout(output, PATIENCE).unwrap().0;
        }
    }

    /// Waits for the end, and returns the exit code.
    pub fn exit_code(&mut self) -> u32 {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.exit_code();
            }
            if Instant::now() > deadline {
                let shown = self.contents();
                self.child.kill().unwrap();
                panic!("it does not end; on screen is\n{shown}");
            }
            // There is no way to wait for a child with a time limit but to look again.
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// After the end: the alternate screen left, cursor shown, mouse and paste modes off, and line
    /// editing and echo as they were.
    pub fn assert_restored(&self) {
        self.wait_for("the main screen, with a cursor", |output| {
            let screen = output.screen.screen();
            !screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste()
        });
        let screen = self.output.0.lock().unwrap();
        assert_eq!(
            screen.screen.screen().mouse_protocol_mode(),
            vt100::MouseProtocolMode::None
        );
        drop(screen);
        assert_eq!(
            modes(self.master.as_ref().unwrap().as_ref()),
            self.modes_before
        );
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn holds(bytes: &[u8], sequence: &str) -> bool {
    bytes
        .windows(sequence.len())
        .any(|window| window == sequence.as_bytes())
}

/// The screen to read by has at least one cell, whatever the terminal claims.
fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).unwrap_or(NonZeroU16::MIN)
}

fn pty_size(columns: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols: columns,
        pixel_width: 0,
        pixel_height: 0,
    }
}

/// The terminal's modes in words: raw mode shows here.
fn modes(master: &dyn MasterPty) -> String {
    let modes = master.get_termios().expect("a terminal has modes");
    format!(
        "{:?} {:?} {:?}",
        modes.input_flags, modes.output_flags, modes.local_flags
    )
}

fn read(mut reader: Box<dyn Read + Send>, shared: &Shared) {
    let (output, changed) = &**shared;
    let mut buffer = vec![0; 65536];
    loop {
        // The end of a pseudo-terminal is an error on Linux.
        let count = reader.read(&mut buffer).unwrap_or(0);
        let mut output = output.lock().unwrap();
        output.bytes.extend_from_slice(&buffer[..count]);
        output.screen.process(&buffer[..count]);
        output.ended = count == 0 || output.hang_up;
        let ended = output.ended;
        if ended {
            // Let go of the master before anybody hears of it.
            drop(std::mem::replace(&mut reader, Box::new(std::io::empty())));
        }
        changed.notify_all();
        if ended {
            return;
        }
    }
}
