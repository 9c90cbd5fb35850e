//! The order of work: one piece at a time, first come first served, cancelled while it waits or while it runs.

use std::collections::VecDeque;

use crate::protocol::{Job, Request};

/// Pieces of work with what came along with them (`T`: their buffers).
#[derive(Debug)]
pub struct Queue<T> {
    waiting: VecDeque<(Request, T)>,
    running: Option<Job>,
    cancelled: bool,
}

/// What a message did to the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It waits; nothing runs, so someone must begin with [`Queue::next`].
    Begin,
    /// It waits for what runs.
    Waits,
    /// A waiting piece of work was taken out again: it is to be answered as cancelled.
    Removed(Job),
    /// What runs is to stop at the next possible place, or the job is over and nothing is to be done.
    Noted,
}

impl<T> Default for Queue<T> {
    fn default() -> Queue<T> {
        Queue { waiting: VecDeque::new(), running: None, cancelled: false }
    }
}

impl<T> Queue<T> {
    /// Takes a message in.
    pub fn hear(&mut self, request: Request, along: T) -> Heard {
        if let Request::Cancel { job } = request {
            if self.running == Some(job) {
                self.cancelled = true;
            } else if let Some(position) = self.waiting.iter().position(|(request, _)| request.job() == job) {
                self.waiting.remove(position);
                return Heard::Removed(job);
            }
            return Heard::Noted;
        }
        let idle = self.running.is_none() && self.waiting.is_empty();
        self.waiting.push_back((request, along));
        if idle { Heard::Begin } else { Heard::Waits }
    }

    /// The next piece of work, which runs from now on; what ran before is over.
    pub fn next(&mut self) -> Option<(Request, T)> {
        let next = self.waiting.pop_front();
        self.running = next.as_ref().map(|(request, _)| request.job());
        self.cancelled = false;
        next
    }

    /// True when what runs is to stop.
    pub fn cancelled(&self) -> bool {
        self.cancelled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explain(job: Job) -> Request {
        Request::Explain {
            job,
            model: String::new(),
            traces: Vec::new(),
            label: String::new(),
            method: Default::default(),
        }
    }

    #[test]
    fn work_is_done_in_the_order_in_which_it_came() {
        let mut queue = Queue::default();
        assert_eq!(queue.hear(explain(1), 'a'), Heard::Begin);
        assert_eq!(queue.hear(explain(2), 'b'), Heard::Waits);
        assert_eq!(queue.next(), Some((explain(1), 'a')));
        assert_eq!(queue.hear(explain(3), 'c'), Heard::Waits);
        assert_eq!(queue.next(), Some((explain(2), 'b')));
        assert_eq!(queue.next(), Some((explain(3), 'c')));
        assert_eq!(queue.next(), None);
        assert_eq!(queue.hear(explain(4), 'd'), Heard::Begin);
    }

    #[test]
    fn what_waits_is_taken_out_and_what_runs_is_told_to_stop() {
        let mut queue = Queue::default();
        queue.hear(explain(1), ());
        queue.hear(explain(2), ());
        queue.next();
        assert_eq!(queue.hear(Request::Cancel { job: 2 }, ()), Heard::Removed(2));
        assert_eq!(queue.hear(Request::Cancel { job: 7 }, ()), Heard::Noted);
        assert!(!queue.cancelled());
        assert_eq!(queue.hear(Request::Cancel { job: 1 }, ()), Heard::Noted);
        assert!(queue.cancelled());
        assert_eq!(queue.next(), None);
        assert!(!queue.cancelled(), "a cancel must not reach the next piece of work");
    }
}
