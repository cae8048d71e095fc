//! Scores: dimensions that are open, partial or closed, and their mean. What cannot be decided is an interval:
//! the class that is proven, and the best that is possible.

use crate::requirement::{Facts, test};
use crate::rules::frameworks::{Dimension, FrameworkRule};
use crate::vocabulary::{Degree, Tri};

/// What a degree is worth: 0, a half or 1.
fn points(degree: Degree) -> f64 {
    match degree {
        Degree::Closed => 0.0,
        Degree::Partial => 0.5,
        Degree::Open => 1.0,
    }
}

/// A dimension, judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    pub id: String,
    pub title: String,
    pub group: String,
    /// Proven.
    pub class: Degree,
    /// What it could still be.
    pub possible: Degree,
    pub why: String,
    pub attested: bool,
}

/// A score.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    pub dimensions: Vec<Judged>,
}

/// Judges every dimension.
pub fn evaluate(framework: &FrameworkRule, facts: &Facts<'_, '_>) -> Score {
    Score { dimensions: framework.dimension.iter().map(|d| judge(framework.id.get_ref(), d, facts)).collect() }
}

fn judge(framework: &str, dimension: &Dimension, facts: &Facts<'_, '_>) -> Judged {
    let made = |class, possible, why, attested| Judged {
        id: dimension.id.get_ref().clone(),
        title: dimension.title.clone(),
        group: dimension.group.clone(),
        class,
        possible,
        why,
        attested,
    };
    let reviewed = facts.answers.get(&format!("{framework}/{}", dimension.id.get_ref()));
    if let Some((class, answer)) = reviewed.and_then(|a| Some((Degree::from_slug(&a.value)?, a))) {
        return made(class, class, answer.note.clone(), true);
    }
    let (open, partial) = (test(&dimension.open, facts), test(&dimension.partial, facts));
    if facts.no_record.is_some() {
        return made(Degree::Closed, Degree::Open, open.why, false);
    }
    let at = |least: Tri| {
        if open.tri >= least {
            Degree::Open
        } else if partial.tri >= least {
            Degree::Partial
        } else {
            Degree::Closed
        }
    };
    let (class, possible) = (at(Tri::Met), at(Tri::Unknown));
    let why = if class == Degree::Partial || open.why.is_empty() { partial.why } else { open.why };
    made(class, possible, why, false)
}

impl Score {
    /// The mean over all dimensions, of what is proven and of what is possible; 0 to 1.
    pub fn mean(&self) -> (f64, f64) {
        let n = self.dimensions.len().max(1) as f64;
        let sum = |of: fn(&Judged) -> Degree| self.dimensions.iter().map(|d| points(of(d))).sum::<f64>() / n;
        (sum(|d| d.class), sum(|d| d.possible))
    }
}
