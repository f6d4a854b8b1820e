//! The program that gives credentials together with whatever it started.

use tokio::process::Child;

/// Ends them all, should nobody wait for them any more.
pub(super) struct Group(Option<system::Id>);

impl Group {
    /// That of `child`, which [`set_apart`] began.
    pub(super) fn of(child: &Child) -> Self {
        Self(system::id(child))
    }

    /// The program ended by itself.
    pub(super) fn ended(&mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(id) = self.0.take() {
            system::end(id);
        }
    }
}

pub(super) use system::{set_apart, shell};

#[cfg(unix)]
mod system {
    use rustix::process::{Pid, Signal, kill_process_group};
    use tokio::process::{Child, Command};

    pub(super) type Id = Pid;

    /// What the shell makes of `command`.
    pub(in super::super) fn shell(command: &str) -> Command {
        let mut program = Command::new("sh");
        program.args(["-c", command]);
        program
    }

    /// Puts the program into a process group of its own.
    pub(in super::super) fn set_apart(program: &mut Command) {
        program.process_group(0);
    }

    pub(super) fn id(child: &Child) -> Option<Id> {
        Pid::from_raw(i32::try_from(child.id()?).ok()?)
    }

    pub(super) fn end(group: Id) {
        // It may have ended by itself.
        let _ = kill_process_group(group, Signal::TERM);
    }
}

/// Windows knows no process groups of this kind: the program alone is ended, by tokio, when its handle is dropped.
#[cfg(not(unix))]
mod system {
    use tokio::process::{Child, Command};

    pub(super) type Id = ();

    /// What the shell makes of `command`.
    pub(in super::super) fn shell(command: &str) -> Command {
        let mut program = Command::new("cmd");
        program.args(["/C", command]);
        program
    }

    pub(in super::super) fn set_apart(_: &mut Command) {}

    pub(super) fn id(_: &Child) -> Option<Id> {
        None
    }

    pub(super) fn end((): Id) {}
}
