//! How far a long run is: on a terminal only, on standard error, and never with `--quiet`.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::time::Duration;

/// A line that tells how far it is, or nothing.
#[derive(Clone)]
pub struct Progress(ProgressBar);

/// How much is to be done.
pub enum Whole {
    Bytes(u64),
    Models(u64),
    /// Nobody knows.
    Open,
}

impl Progress {
    /// Begins.
    pub fn new(quiet: bool, whole: Whole) -> Progress {
        if quiet || !std::io::stderr().is_terminal() {
            return Progress(ProgressBar::hidden());
        }
        let (length, template) = match whole {
            Whole::Bytes(n) => (Some(n), "{bar:24} {bytes}/{total_bytes}  {eta} left  {msg}"),
            Whole::Models(n) => (Some(n), "{bar:24} {pos}/{len} models  {eta} left  {msg}"),
            Whole::Open => (None, "{spinner} {elapsed}  {msg}"),
        };
        let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr_with_hz(8));
        bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
        // At once, so that whoever waits sees that something is going on.
        bar.tick();
        bar.enable_steady_tick(Duration::from_millis(250));
        Progress(bar)
    }

    /// So much more is done.
    pub fn add(&self, n: u64) {
        self.0.inc(n);
    }

    /// What is said beside it.
    pub fn say(&self, message: String) {
        if !self.0.is_hidden() {
            self.0.set_message(message);
        }
    }

    /// Prints a line on standard error, above the bar.
    pub fn line(&self, text: &str) {
        use std::io::Write;
        self.0.suspend(|| {
            let _ = writeln!(std::io::stderr(), "{text}");
        });
    }

    /// Ends, and leaves nothing behind.
    pub fn end(&self) {
        self.0.finish_and_clear();
    }
}
