//! How one got where one is.

use super::Screen;

/// Places seen, as a browser keeps them. There is always a current one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    seen: Vec<Screen>,
    at: usize,
    before: Option<usize>,
}

/// Places remembered; more would be no help to anybody.
const REMEMBERED: usize = 64;

impl History {
    /// Starts at `first`.
    pub fn new(first: Screen) -> Self {
        Self {
            seen: vec![first],
            at: 0,
            before: None,
        }
    }

    /// Where one is.
    pub fn here(&self) -> &Screen {
        &self.seen[self.at]
    }

    /// Goes to `screen`; what lay forward is forgotten. Going where one is changes nothing.
    pub fn go(&mut self, screen: Screen) {
        if self.here() == &screen {
            return;
        }
        self.seen.truncate(self.at + 1);
        self.seen.push(screen);
        if self.seen.len() > REMEMBERED {
            self.seen.remove(0);
        }
        self.at = self.seen.len() - 1;
        self.before = self.at.checked_sub(1);
    }

    /// One place back; false at the beginning.
    pub fn back(&mut self) -> bool {
        self.at.checked_sub(1).is_some_and(|at| self.jump(at))
    }

    /// One place forward; false at the end.
    pub fn forward(&mut self) -> bool {
        self.jump(self.at + 1)
    }

    /// To the place one was at before this one, whichever way that was; again returns.
    pub fn last(&mut self) -> bool {
        self.before.is_some_and(|at| self.jump(at))
    }

    fn jump(&mut self, at: usize) -> bool {
        if at >= self.seen.len() {
            return false;
        }
        self.before = Some(self.at);
        self.at = at;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walked() -> History {
        let mut history = History::new(Screen::Fleet);
        history.go(Screen::Edge);
        history.go(Screen::Calls);
        history
    }

    #[test]
    fn back_and_forward_retrace_the_way() {
        let mut history = walked();
        assert!(history.back() && history.back());
        assert_eq!(history.here(), &Screen::Fleet);
        assert!(!history.back());
        assert!(history.forward());
        assert_eq!(history.here(), &Screen::Edge);
    }

    #[test]
    fn the_last_place_is_a_toggle() {
        let mut history = walked();
        assert!(history.last());
        assert_eq!(history.here(), &Screen::Edge);
        assert!(history.last());
        assert_eq!(history.here(), &Screen::Calls);
        assert!(!History::new(Screen::Fleet).last());
    }

    #[test]
    fn a_new_place_forgets_what_lay_forward() {
        let mut history = walked();
        history.back();
        history.go(Screen::Database);
        assert!(!history.forward());
        assert!(history.back());
        assert_eq!(history.here(), &Screen::Edge);
    }

    #[test]
    fn a_long_walk_keeps_a_bounded_history() {
        let mut history = History::new(Screen::Fleet);
        for _ in 0..100 {
            history.go(Screen::Edge);
            history.go(Screen::Calls);
        }
        assert!(history.last());
        assert_eq!(history.here(), &Screen::Edge);
        let mut steps = 0;
        while history.back() {
            steps += 1;
        }
        assert!(steps < REMEMBERED);
    }
}
