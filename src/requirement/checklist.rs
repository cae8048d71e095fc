//! Checklists: lines that are met, unmet or open. The outcome follows from the required ones: met where all
//! are, unmet where one is unmet, open otherwise.

use crate::requirement::{Answer, Attested, Facts, test};
use crate::rules::frameworks::{FrameworkRule, Line};
use crate::vocabulary::Tri;

/// A checklist, filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checklist {
    pub outcome: Tri,
    /// The outcome in the framework's own words.
    pub word: String,
    pub lines: Vec<Filled>,
}

/// A line, filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    pub id: String,
    pub title: String,
    pub group: String,
    pub required: bool,
    pub reviewable: bool,
    pub answer: Answer,
    /// A reviewer answered it.
    pub attested: bool,
}

impl Filled {
    /// The spelling in JSON.
    pub fn status(&self) -> &'static str {
        match self.answer.tri {
            Tri::Met => "met",
            Tri::NotMet => "unmet",
            Tri::Unknown => "needs-a-person",
        }
    }
}

/// Fills a checklist in.
pub fn evaluate(framework: &FrameworkRule, facts: &Facts<'_, '_>) -> Checklist {
    let lines: Vec<Filled> = framework.line.iter().map(|l| fill(framework, l, facts)).collect();
    let outcome = match facts.no_record {
        Some(_) => Tri::Unknown,
        None => Tri::all(lines.iter().filter(|l| l.required).map(|l| l.answer.tri)),
    };
    let word = framework.outcome.as_ref().map_or("", |o| match outcome {
        Tri::Met => &o.met,
        Tri::NotMet => &o.unmet,
        Tri::Unknown => &o.open,
    });
    Checklist { outcome, word: word.to_string(), lines }
}

fn fill(framework: &FrameworkRule, line: &Line, facts: &Facts<'_, '_>) -> Filled {
    let answer = test(&line.test, facts);
    let reviewed = facts.answers.get(&format!("{}/{}", framework.id.get_ref(), line.id.get_ref())).filter(|_| line.reviewable);
    let (answer, attested) = match reviewed.and_then(|a| Some((tri(a)?, a))) {
        Some((tri, a)) => (Answer { tri, why: a.note.clone(), components: answer.components }, true),
        None => (answer, false),
    };
    Filled {
        id: line.id.get_ref().clone(),
        title: line.title.clone(),
        group: line.group.clone(),
        required: line.required,
        reviewable: line.reviewable,
        answer,
        attested,
    }
}

fn tri(attested: &Attested) -> Option<Tri> {
    match attested.value.as_str() {
        "met" => Some(Tri::Met),
        "unmet" => Some(Tri::NotMet),
        _ => None,
    }
}

impl Checklist {
    /// Required lines with an answer.
    pub fn required(&self, tri: Tri) -> impl Iterator<Item = &Filled> {
        self.lines.iter().filter(move |l| l.required && l.answer.tri == tri)
    }

    /// The outcome, and what stands against it, in one clause.
    pub fn summary(&self) -> String {
        let titles = |tri: Tri| self.required(tri).map(|l| l.title.as_str()).collect::<Vec<_>>().join(", ");
        match self.outcome {
            Tri::Met => self.word.clone(),
            Tri::NotMet => format!("{}; unmet: {}", self.word, titles(Tri::NotMet)),
            Tri::Unknown => format!("{}; for a person: {}", self.word, titles(Tri::Unknown)),
        }
    }
}
