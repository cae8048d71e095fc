//! What one target may use of a run: bytes, answers, time. Bounds on each answer and each list do not bound
//! their product: base models that each name base models grow with every generation. What is behind a
//! bound is a gap with its reason.
//!
//! The budget belongs to the task that audits the target, so that no stage has to hand it on.

use super::{Gap, limits};
use std::cell::Cell;
use std::future::Future;
use std::time::Duration;
use tokio::time::Instant;

/// Bounds of one target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    pub bytes: usize,
    pub requests: usize,
    pub time: Duration,
}

impl Default for Budget {
    fn default() -> Budget {
        Budget { bytes: limits::TARGET_BYTES, requests: limits::TARGET_REQUESTS, time: limits::TARGET_TIME }
    }
}

struct Left {
    of: Budget,
    bytes: Cell<usize>,
    requests: Cell<usize>,
    until: Instant,
}

tokio::task_local! {
    static LEFT: Left;
}

/// Runs what one target needs within a budget.
pub async fn within<F: Future>(budget: Budget, target: F) -> F::Output {
    let left =
        Left { of: budget, bytes: Cell::new(budget.bytes), requests: Cell::new(budget.requests), until: Instant::now() + budget.time };
    LEFT.scope(left, target).await
}

/// Waits for an answer as long as the target's time allows, and counts it. Outside a budget, it just waits.
///
/// # Errors
/// Which bound was reached.
pub async fn spend<T>(answer: impl Future<Output = T>, size: impl Fn(&T) -> usize) -> Result<T, Gap> {
    let Ok(until) = LEFT.try_with(|left| {
        let requests = left.requests.get().checked_sub(1).ok_or_else(|| reached(format!("{} answers", left.of.requests)))?;
        if left.bytes.get() == 0 {
            return Err(over(left.of.bytes));
        }
        left.requests.set(requests);
        Ok(left.until)
    }) else {
        return Ok(answer.await);
    };
    let until = until?;
    let late = || LEFT.with(|left| reached(format!("{} s", left.of.time.as_secs_f32())));
    if until <= Instant::now() {
        return Err(late());
    }
    let answer = tokio::time::timeout_at(until, answer).await.map_err(|_| late())?;
    LEFT.with(|left| match left.bytes.get().checked_sub(size(&answer)) {
        Some(bytes) => {
            left.bytes.set(bytes);
            Ok(answer)
        }
        None => {
            left.bytes.set(0);
            Err(over(left.of.bytes))
        }
    })
}

fn over(bytes: usize) -> Gap {
    reached(format!("{bytes} bytes"))
}

fn reached(bound: String) -> Gap {
    Gap::NotFetched(format!("one audit may use {bound}"))
}
