//! Answers beside the truth: counts, precision and recall by class, and what is said of each disagreement.

use std::collections::BTreeMap;

/// Counts of (truth, ours), with what is said of the disagreements.
#[derive(Default)]
pub struct Confusion {
    counts: BTreeMap<(String, String), usize>,
    disagreements: Vec<String>,
}

impl Confusion {
    /// One question with both answers.
    pub fn add(&mut self, truth: &str, ours: &str, right: bool, said: impl FnOnce() -> String) {
        *self.counts.entry((truth.into(), ours.into())).or_default() += 1;
        if !right {
            self.disagreements.push(said());
        }
    }

    /// Prints all of it.
    pub fn print(&self, title: &str) {
        let total: usize = self.counts.values().sum();
        let wrong = self.disagreements.len();
        println!("## {title}: {}/{total} = {:.1} %\n", total - wrong, 100.0 * (total - wrong) as f64 / total.max(1) as f64);
        let mut classes: Vec<&String> = self.counts.keys().flat_map(|(t, o)| [t, o]).collect();
        classes.sort();
        classes.dedup();
        for class in &classes {
            let sum = |f: &dyn Fn(&(String, String)) -> bool| self.counts.iter().filter(|(k, _)| f(k)).map(|(_, n)| n).sum::<usize>();
            let (hit, said, is) = (sum(&|k| &k.0 == *class && &k.1 == *class), sum(&|k| &k.1 == *class), sum(&|k| &k.0 == *class));
            if is > 0 || said > 0 {
                println!("  {class:<22} precision {hit}/{said}  recall {hit}/{is}");
            }
        }
        for ((truth, ours), n) in &self.counts {
            println!("  truth {truth:<45} ours {ours:<22} {n}");
        }
        println!();
        for d in &self.disagreements {
            println!("  - {d}");
        }
        println!();
    }
}
