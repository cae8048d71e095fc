//! What one target or one list of models may use of a run: bytes, answers, time. Bounds on each answer and each
//! list do not bound their product: base models that each name base models grow with every generation. What is
//! behind a bound is a gap with its reason.
//!
//! The budget belongs to the task that audits the target or reads the list, so that no stage has to hand it on.

use super::{Gap, limits};
use std::cell::Cell;
use std::future::Future;
use std::time::Duration;
use tokio::time::Instant;

/// Bounds of one target or list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// What they are of, in words.
    pub of: &'static str,
    pub bytes: usize,
    pub requests: usize,
    pub time: Duration,
}

impl Budget {
    /// For one target.
    pub const TARGET: Budget =
        Budget { of: "one audit", bytes: limits::TARGET_BYTES, requests: limits::TARGET_REQUESTS, time: limits::TARGET_TIME };
    /// For the list of all models of a hub, which is read page by page.
    pub const LIST: Budget = Budget { of: "one list", bytes: limits::LIST_BYTES, requests: limits::LIST_PAGES, time: limits::LIST_TIME };
    /// For the list of an owner's models, which is kept.
    pub const OWNER_LIST: Budget =
        Budget { of: "one owner's list", bytes: limits::OWNER_LIST_BYTES, requests: limits::LIST_PAGES, time: limits::OWNER_LIST_TIME };
}

/// That of each thing that a run reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budgets {
    pub target: Budget,
    pub list: Budget,
    pub owner_list: Budget,
}

impl Default for Budgets {
    fn default() -> Budgets {
        Budgets { target: Budget::TARGET, list: Budget::LIST, owner_list: Budget::OWNER_LIST }
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

/// Runs what one target or list needs within a budget.
pub async fn within<F: Future>(budget: Budget, target: F) -> F::Output {
    let left =
        Left { of: budget, bytes: Cell::new(budget.bytes), requests: Cell::new(budget.requests), until: Instant::now() + budget.time };
    LEFT.scope(left, target).await
}

/// Waits for an answer as long as the budget's time allows, and counts it. Outside a budget, it just waits.
///
/// # Errors
/// Which bound was reached.
pub async fn spend<T>(answer: impl Future<Output = T>, size: impl Fn(&T) -> usize) -> Result<T, Gap> {
    let Ok(until) = LEFT.try_with(|left| {
        let requests = left.requests.get().checked_sub(1).ok_or_else(|| reached(&left.of, format!("{} answers", left.of.requests)))?;
        if left.bytes.get() == 0 {
            return Err(over(&left.of));
        }
        left.requests.set(requests);
        Ok(left.until)
    }) else {
        return Ok(answer.await);
    };
    let until = until?;
    let late = || LEFT.with(|left| reached(&left.of, format!("{} s", left.of.time.as_secs_f32())));
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
            Err(over(&left.of))
        }
    })
}

fn over(of: &Budget) -> Gap {
    reached(of, format!("{} bytes", of.bytes))
}

fn reached(of: &Budget, bound: String) -> Gap {
    Gap::NotFetched(format!("{} may use {bound}", of.of))
}
