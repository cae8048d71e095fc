//! Scores: dimensions that are open, partial or closed, and their mean. What cannot be decided is an interval:
//! the class that is proven, and the best that is possible.

use super::schema::{Dimension, FrameworkRule};
use crate::requirement::{Facts, test};
use crate::vocabulary::Tri;

/// A dimension's class, worth 0, a half or 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    Closed,
    Partial,
    Open,
}

impl Class {
    /// The spelling in JSON.
    pub fn slug(self) -> &'static str {
        match self {
            Class::Closed => "closed",
            Class::Partial => "partial",
            Class::Open => "open",
        }
    }

    /// The class of a spelling.
    pub fn from_slug(s: &str) -> Option<Class> {
        [Class::Closed, Class::Partial, Class::Open].into_iter().find(|c| c.slug() == s)
    }

    fn points(self) -> f64 {
        match self {
            Class::Closed => 0.0,
            Class::Partial => 0.5,
            Class::Open => 1.0,
        }
    }
}

/// A dimension, judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    pub id: String,
    pub title: String,
    pub group: String,
    /// Proven.
    pub class: Class,
    /// What it could still be.
    pub possible: Class,
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
    if let Some((class, answer)) = reviewed.and_then(|a| Some((Class::from_slug(&a.value)?, a))) {
        return made(class, class, answer.note.clone(), true);
    }
    let (open, partial) = (test(&dimension.open, facts), test(&dimension.partial, facts));
    if facts.no_record.is_some() {
        return made(Class::Closed, Class::Open, open.why, false);
    }
    let at = |least: Tri| {
        if open.tri >= least {
            Class::Open
        } else if partial.tri >= least {
            Class::Partial
        } else {
            Class::Closed
        }
    };
    let (class, possible) = (at(Tri::Met), at(Tri::Unknown));
    let why = if class == Class::Partial || open.why.is_empty() { partial.why } else { open.why };
    made(class, possible, why, false)
}

impl Score {
    /// The mean over all dimensions, of what is proven and of what is possible; 0 to 1.
    pub fn mean(&self) -> (f64, f64) {
        let n = self.dimensions.len().max(1) as f64;
        let sum = |of: fn(&Judged) -> Class| self.dimensions.iter().map(|d| of(d).points()).sum::<f64>() / n;
        (sum(|d| d.class), sum(|d| d.possible))
    }
}
