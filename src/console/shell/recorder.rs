//! Keeps what the console sees in a file, beside the loop: what is seen goes into a bounded queue, and a thread of its
//! own writes. A disk that is slow costs pictures, never a frame.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

use gwctl_actions::{Folder, Tail};
use gwctl_fleet::{Pace, Snapshot};
use gwctl_observe::{Errors, Happened};
use gwctl_recording::{Head, Noted, Writer};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc::UnboundedSender;

use super::arrival::Arrival;
use crate::app::Msg;
use crate::setup::Incidents;

/// How many things wait to be written, at most.
const QUEUE: usize = 128;
/// How long the console waits at its end for the rest to be written.
const LAST: Duration = Duration::from_secs(2);
/// How often it is asked what happened while nobody looks at the Timeline.
const ASKED: SignedDuration = SignedDuration::from_mins(5);

/// Keeps what the console sees, while that is wanted.
pub(super) struct Recorder {
    incidents: Option<Incidents>,
    runs: Folder,
    sender: UnboundedSender<Arrival>,
    tape: Option<Tape>,
    /// When it was last asked what happened.
    asked: Option<Timestamp>,
}

/// One file under way.
struct Tape {
    queue: SyncSender<Item>,
    /// Says that the thread has ended.
    ended: Receiver<()>,
    /// Pictures that found no place in the queue.
    missed: u64,
}

enum Item {
    Picture(Arc<Snapshot>),
    Happened(Timestamp, Box<Happened>),
    Errors(Timestamp, Box<Errors>),
    Run(String),
    Note(Noted),
    Missed(Timestamp, u64),
}

impl Recorder {
    pub fn new(
        incidents: Option<Incidents>,
        runs: Folder,
        sender: UnboundedSender<Arrival>,
    ) -> Self {
        Self {
            incidents,
            runs,
            sender,
            tape: None,
            asked: None,
        }
    }

    /// Takes a picture in, beginning a recording or ending it where the pace says so. `begin` says what the fleet is.
    /// Whether it is time to ask what happened, and what the functions log.
    pub fn picture(
        &mut self,
        picture: &Arc<Snapshot>,
        head: impl FnOnce() -> Option<Head>,
    ) -> bool {
        let Some(incidents) = &self.incidents else {
            return false;
        };
        if !incidents.always && picture.pace != Pace::Incident {
            self.stop();
            return false;
        }
        if self.tape.is_none() {
            // The first look fills in for seconds: nothing in it is to be judged by.
            if !picture.complete {
                return false;
            }
            let Some(head) = head() else { return false };
            match Tape::begin(incidents, head, self.runs.clone(), self.sender.clone()) {
                Ok((tape, path)) => {
                    self.tape = Some(tape);
                    self.asked = None;
                    self.say(Msg::Recording(Some(path)));
                }
                Err(why) => return self.fail(why),
            }
        }
        if let Some(tape) = &mut self.tape {
            tape.picture(picture);
        }
        let due = self
            .asked
            .is_none_or(|asked| picture.at.duration_since(asked) >= ASKED);
        let due = due && picture.complete;
        if due {
            self.asked = Some(picture.at);
        }
        due
    }

    /// What happened lately, as it was answered.
    pub fn happened(&mut self, happened: &Happened) {
        if let Some(tape) = &self.tape {
            self.asked = Some(happened.to);
            tape.send(Item::Happened(happened.to, Box::new(happened.clone())));
        }
    }

    /// What the functions log as errors, as it was answered.
    pub fn errors(&self, errors: &Errors) {
        if let Some(tape) = &self.tape {
            tape.send(Item::Errors(errors.to, Box::new(errors.clone())));
        }
    }

    /// The run `id` went on.
    pub fn run(&self, id: &str) {
        if let Some(tape) = &self.tape {
            tape.send(Item::Run(id.to_owned()));
        }
    }

    pub fn note(&self, note: Noted) {
        if let Some(tape) = &self.tape {
            tape.send(Item::Note(note));
        }
    }

    /// Ends the recording under way. The rest is written beside the loop.
    pub fn stop(&mut self) {
        if self.tape.take().is_some() {
            self.say(Msg::Recording(None));
        }
    }

    /// Nothing can be written: it is said once, and not tried again.
    pub fn fail(&mut self, why: String) -> bool {
        self.incidents = None;
        self.tape = None;
        self.say(Msg::Recording(None));
        self.say(Msg::Failed(why));
        false
    }

    /// Waits for what is not written yet, but not for a disk that does not answer.
    pub fn finish(&mut self) {
        if let Some(Tape { queue, ended, .. }) = self.tape.take() {
            drop(queue);
            let _ = ended.recv_timeout(LAST);
        }
    }

    fn say(&self, msg: Msg) {
        let _ = self.sender.send(Arrival::Msg(msg));
    }
}

impl Tape {
    fn begin(
        incidents: &Incidents,
        head: Head,
        runs: Folder,
        sender: UnboundedSender<Arrival>,
    ) -> Result<(Self, String), String> {
        let made = (incidents.create)(&head);
        let (path, file) = made.map_err(|why| failed("a new file", &why))?;
        let (queue, items) = sync_channel(QUEUE);
        let (end, ended) = sync_channel(1);
        let name = path.clone();
        std::thread::spawn(move || {
            if let Err(why) = write(file, &head, &items, &runs) {
                let _ = sender.send(Arrival::NotRecorded(failed(&name, &why)));
            }
            let _ = end.send(());
        });
        let tape = Self {
            queue,
            ended,
            missed: 0,
        };
        Ok((tape, path))
    }

    fn picture(&mut self, picture: &Arc<Snapshot>) {
        if self.missed > 0 {
            let missed = Item::Missed(picture.at, self.missed);
            if self.queue.try_send(missed).is_ok() {
                self.missed = 0;
            }
        }
        let sent = self.queue.try_send(Item::Picture(Arc::clone(picture)));
        if matches!(sent, Err(TrySendError::Full(_))) {
            self.missed += 1;
        }
    }

    /// What finds no place is lost: the loop waits for nobody.
    fn send(&self, item: Item) {
        let _ = self.queue.try_send(item);
    }
}

fn failed(what: &str, why: &io::Error) -> String {
    format!("the recording stopped, and the console goes on: cannot write {what}: {why}")
}

fn write(
    file: Box<dyn Write + Send>,
    head: &Head,
    items: &Receiver<Item>,
    runs: &Folder,
) -> io::Result<()> {
    let mut writer = Writer::begin(file, head)?;
    let mut tails: BTreeMap<String, Tail> = BTreeMap::new();
    while let Ok(item) = items.recv() {
        match item {
            Item::Picture(picture) => writer.picture(&picture)?,
            Item::Happened(at, happened) => writer.happened(at, *happened)?,
            Item::Errors(at, errors) => writer.errors(at, *errors)?,
            Item::Note(note) => writer.note(note)?,
            Item::Missed(at, pictures) => writer.missed(at, pictures)?,
            Item::Run(id) => {
                let tail = tails.entry(id.clone()).or_insert_with(|| runs.tail(&id));
                follow(&mut writer, &id, tail)?;
            }
        }
    }
    // What was written into a journal since it was last looked at.
    for (id, tail) in &mut tails {
        follow(&mut writer, id, tail)?;
    }
    writer.finish().map(drop)
}

/// A journal that cannot be read says so where the run is shown.
fn follow<W: Write>(writer: &mut Writer<W>, id: &str, tail: &mut Tail) -> io::Result<()> {
    for record in tail.read().unwrap_or_default() {
        writer.run(id, record)?;
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, clippy::unnecessary_wraps)]
mod tests {
    use std::sync::Mutex;
    use std::sync::mpsc::{Sender, channel};

    use gwctl_fleet::FleetSpec;
    use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

    use super::*;

    const SPEC: &str = "domain = 'a.example.com'\nglobal_cluster = 'a'\nsites = []\n\
        [edge]\ndistribution = 'E1'\nhosted_zone = 'Z1'\nlatency_record = 'l.example.com'\n";

    fn spec() -> FleetSpec {
        toml::from_str(SPEC).unwrap()
    }

    /// The picture of nothing, so many seconds after the first.
    fn picture(seconds: i64) -> Arc<Snapshot> {
        let at = Timestamp::from_second(1_700_000_000 + seconds).unwrap();
        let mut picture = Snapshot::blank("a", &spec(), at);
        picture.complete = true;
        Arc::new(picture)
    }

    fn head() -> Option<Head> {
        Some(Head::new("a", spec(), picture(0).at, None))
    }

    /// Whose files are made by `file`.
    fn recorder(
        file: impl Fn() -> Box<dyn Write + Send> + Send + Sync + 'static,
    ) -> (Recorder, UnboundedReceiver<Arrival>) {
        let (sender, arrivals) = unbounded_channel();
        let incidents = Incidents {
            create: Arc::new(move |_| Ok(("the file".into(), file()))),
            always: true,
        };
        let runs = Folder::new("/nonexistent");
        (Recorder::new(Some(incidents), runs, sender), arrivals)
    }

    /// A disk with room for so many bytes.
    struct Full(usize);

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self
                .0
                .checked_sub(bytes.len())
                .ok_or(io::ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_ends_the_recording_with_one_sentence() {
        let (mut recorder, mut arrivals) = recorder(|| Box::new(Full(600)));
        recorder.picture(&picture(0), head);
        for seconds in 1..60 {
            recorder.picture(&picture(10 * seconds), head);
        }
        recorder.finish();
        let mut said = Vec::new();
        while let Ok(arrival) = arrivals.try_recv() {
            if let Arrival::NotRecorded(why) = arrival {
                said.push(why);
            }
        }
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].starts_with("the recording stopped, and the console goes on: "));
        recorder.fail(said.remove(0));
        recorder.picture(&picture(900), || panic!("it is not tried again"));
    }

    /// A disk that does not answer until it is told to.
    struct Hung(Arc<Mutex<Receiver<()>>>);

    impl Write for Hung {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.0.lock().unwrap().recv();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_disk_that_hangs_costs_pictures_and_holds_nobody_up() {
        let (answer, answers): (Sender<()>, _) = channel();
        let answers = Arc::new(Mutex::new(answers));
        let (mut recorder, _arrivals) = recorder(move || Box::new(Hung(answers.clone())));
        let count = i64::try_from(3 * QUEUE).unwrap();
        for seconds in 0..count {
            recorder.picture(&picture(10 * seconds), head);
        }
        let missed = recorder.tape.as_ref().map(|tape| tape.missed);
        assert!(
            missed.is_some_and(|missed| missed >= QUEUE as u64),
            "{missed:?}"
        );
        drop(answer);
    }
}
