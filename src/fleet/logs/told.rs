//! A failure that several lines of one request tell is counted once: failed lines wait a while for the others.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::failure::Failure;
use super::line::LineKind;
use super::pattern::Placed;
use crate::Region;

/// Failed lines that wait at most, and bytes of them; as many requests are remembered after that. A function's report
/// stands a few lines below what it reports.
const WAITING: usize = 4_096;
const WAITING_BYTES: usize = 8 << 20;

/// A request in one function of one Region.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Request {
    region: Region,
    source: Arc<str>,
    id: String,
}

impl Request {
    fn of(placed: &Placed) -> Option<Self> {
        Some(Self {
            id: placed.line.request_id.clone()?,
            region: placed.region.clone(),
            source: placed.source.clone(),
        })
    }
}

/// What is told of a request that failed.
#[derive(Debug, Default)]
struct Known {
    /// Lines that wait, or went by not long ago.
    lines: usize,
    /// Whether a line of its own tells the failure, besides the report.
    by_a_line: bool,
    /// Whether the report says that memory ran out, which the other line does not know.
    out_of_memory: bool,
}

/// Failed lines in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Told {
    waiting: VecDeque<(Arc<Placed>, Option<Request>)>,
    weight: usize,
    known: HashMap<Request, Known>,
    past: VecDeque<Request>,
}

impl Told {
    pub(super) fn push(&mut self, placed: Arc<Placed>) {
        let request = Request::of(&placed);
        if let Some(request) = &request {
            let known = self.known.entry(request.clone()).or_default();
            known.lines += 1;
            known.by_a_line |= placed.line.kind != LineKind::Report;
            known.out_of_memory |= placed.line.kind == LineKind::Report
                && placed.line.failure == Some(Failure::OutOfMemory);
        }
        self.weight += placed.weight();
        self.waiting.push_back((placed, request));
    }

    /// A line that waited long enough.
    pub(super) fn ready(&mut self) -> Option<(Arc<Placed>, Option<Failure>)> {
        while self.waiting.len() > WAITING || self.weight > WAITING_BYTES {
            let told = self.next();
            if told.is_some() {
                return told;
            }
        }
        None
    }

    /// The next line that tells what no other one of its request tells, however long it waited.
    pub(super) fn rest(&mut self) -> Option<(Arc<Placed>, Option<Failure>)> {
        while !self.waiting.is_empty() {
            let told = self.next();
            if told.is_some() {
                return told;
            }
        }
        None
    }

    #[cfg(test)]
    pub(super) fn remembered(&self) -> usize {
        self.waiting.len() + self.known.len() + self.past.len()
    }

    fn next(&mut self) -> Option<(Arc<Placed>, Option<Failure>)> {
        let (placed, request) = self.waiting.pop_front()?;
        self.weight -= placed.weight();
        let Some(request) = request else {
            let failure = placed.line.failure;
            return Some((placed, failure));
        };
        let told = self.known.get(&request).and_then(|known| {
            let repeats = placed.line.kind == LineKind::Report && known.by_a_line;
            let failure = match placed.line.failure {
                Some(Failure::Crash) if known.out_of_memory => Some(Failure::OutOfMemory),
                failure => failure,
            };
            (!repeats).then_some((placed, failure))
        });
        self.forget(request);
        told
    }

    /// Remembers a request for a while.
    fn forget(&mut self, request: Request) {
        self.past.push_back(request);
        if self.past.len() > WAITING
            && let Some(old) = self.past.pop_front()
            && let Some(known) = self.known.get_mut(&old)
        {
            known.lines -= 1;
            if known.lines == 0 {
                self.known.remove(&old);
            }
        }
    }
}
