//! Whether the words around the name of a model say that it is the base of the model whose card it is.

use crate::rules::Rules;
use crate::text::{self, contains_phrase};

/// A sentence, folded, around a name.
pub struct Around<'s> {
    /// Everything before the name, and the few words right before it.
    pub before: &'s str,
    pub near: &'s str,
    /// The few words right after it, and everything.
    pub after: &'s str,
    pub whole_after: &'s str,
}

impl Around<'_> {
    /// `linked` is whether the name links the model's page, `called` how the text calls it, `begins` whether
    /// the sentence stands at the beginning of the card.
    pub fn tells_of_base(&self, linked: bool, id: &str, called: &str, begins: bool, rules: &Rules) -> bool {
        rules.says(self.near, "derived-from")
            || rules.says(self.after, "derived-from-after")
            || ((linked || has_size(id)) && self.right_before(rules))
            || self.described(rules)
            || (linked && (self.is_it(rules) || (begins && self.opens()) || self.version() || self.trained() || self.is_based()))
            || (linked && rules.phrase_list("base-link").iter().any(|p| called == *p) && self.on_training())
    }

    /// "quantized X".
    fn right_before(&self, rules: &Rules) -> bool {
        rules.phrase_list("derived-from-adjacent").iter().any(|p| ends_with_phrase(self.before, p))
    }

    /// "M is an X model fine-tuned on …".
    fn described(&self, rules: &Rules) -> bool {
        let is_a = ["a", "an", "is", "the"].iter().any(|w| self.before.split(' ').rfind(|b| !b.is_empty()) == Some(w));
        is_a && rules.phrase_list("derived-from-after-article").iter().any(|p| self.behind_model().starts_with(p.as_str()))
    }

    /// "This is X, with instruction tuning performed": the card is about X, changed.
    fn is_it(&self, rules: &Rules) -> bool {
        let this = ["this is", "this model is", "the model is", "this repo contains", "this is the"];
        // A remark on the license may stand in between.
        let start =
            self.whole_after.char_indices().nth(60).map_or(self.whole_after, |(i, _)| self.whole_after.get(..i).unwrap_or_default());
        this.contains(&self.before.trim()) && rules.says(start, "derived-from-after-this")
    }

    /// "an instruct-tuned X-based model".
    fn is_based(&self) -> bool {
        self.whole_after.starts_with("based model") || self.whole_after.starts_with("based finetune")
    }

    /// "[X](…) fine-tuned on …".
    fn opens(&self) -> bool {
        let tuned = ["fine tuned on", "finetuned on", "fine tuned for", "finetuned for", "fine tuned with", "finetuned with"];
        self.before.trim().is_empty() && tuned.iter().any(|p| self.behind_model().starts_with(p))
    }

    /// "is a fine-tuned on Y version of X".
    fn version(&self) -> bool {
        let tuned = ["fine tuned", "finetuned", "quantized", "quantised"];
        tuned.iter().any(|p| contains_phrase(self.before, p)) && ends_with_phrase(self.before, "version of")
    }

    /// "This model is X trained on Y", "A multi-task X model trained for Y". "Trained with" may be said of X itself.
    fn trained(&self) -> bool {
        let before = self.before.trim_end();
        let is = ["is", "is a", "is an", "is the"].iter().any(|w| before == *w || before.ends_with(&format!(" {w}")));
        let a = || ["a", "an"].contains(&before) || self.before.starts_with("this is ") && before.split(' ').count() <= 5;
        (is && self.behind_model().starts_with("trained on "))
            || (a()
                && self.whole_after.starts_with("model ")
                && ["trained on ", "trained for "].iter().any(|p| self.behind_model().starts_with(p)))
    }

    /// "trained on … on this [pretrained model](…)".
    fn on_training(&self) -> bool {
        ["trained", "tuned", "finetuned", "训练", "微调", "学習"].iter().any(|w| self.before.contains(w))
    }

    fn behind_model(&self) -> &str {
        let s = strip_any(self.whole_after, &["base model ", "model ", "base ", "checkpoint "]);
        strip_any(s, &["fully ", "further ", "then ", "that was ", "which was "])
    }
}

fn strip_any<'s>(s: &'s str, words: &[&str]) -> &'s str {
    words.iter().find_map(|w| s.strip_prefix(w)).unwrap_or(s)
}

/// `…-7b`, `…-1.3B`: data are counted in other units.
fn has_size(id: &str) -> bool {
    id.to_lowercase().split(['-', '_', '/']).any(|part| part.ends_with('b') && text::is_size(part))
}

/// The folded words before a name end with a phrase, an article in between at most.
fn ends_with_phrase(before: &str, phrase: &str) -> bool {
    let before = before.trim_end();
    let before = [" the", " a", " an", " our", " original"].iter().find_map(|w| before.strip_suffix(w)).unwrap_or(before);
    before == phrase || before.ends_with(&format!(" {phrase}"))
}
