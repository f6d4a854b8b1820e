//! What waits to be told to one target: bounded, the oldest goes first when it is full.

use std::collections::VecDeque;

/// How many notices wait at most.
pub(crate) const MOST: usize = 64;

/// The queue of one target.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    waiting: VecDeque<T>,
    dropped: u64,
    pushed: u64,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self {
            waiting: VecDeque::new(),
            dropped: 0,
            pushed: 0,
        }
    }
}

impl<T> Queue<T> {
    pub(crate) fn push(&mut self, one: T) {
        if self.waiting.len() == MOST {
            self.waiting.pop_front();
            self.dropped += 1;
        }
        self.waiting.push_back(one);
        self.pushed += 1;
    }

    pub(crate) fn pop(&mut self) -> Option<T> {
        self.waiting.pop_front()
    }

    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// How many ever came in.
    pub(crate) const fn pushed(&self) -> u64 {
        self.pushed
    }

    /// How many never left it.
    pub(crate) const fn dropped(&self) -> u64 {
        self.dropped
    }

    pub(crate) fn clear(&mut self) {
        self.dropped += self.waiting.len() as u64;
        self.waiting.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_queue_drops_the_oldest_and_counts_it() {
        let mut queue = Queue::default();
        for n in 0..MOST + 3 {
            queue.push(n);
        }
        assert_eq!((queue.len(), queue.dropped()), (MOST, 3));
        assert_eq!(queue.pop(), Some(3));
        queue.clear();
        assert_eq!((queue.len(), queue.dropped()), (0, MOST as u64 + 2));
    }
}
