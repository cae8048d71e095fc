//! Well-known models that prose names without owner or link: "fine-tuned from Llama 2 70B".

use crate::card::front_matter::strings;
use crate::hub::record::ModelRecord;
use crate::rules::Rules;
use crate::rules::called::MAX_NAME;
use crate::text;

/// A model in a text.
#[derive(Debug, PartialEq, Eq)]
pub struct NamedModel<'r> {
    pub id: &'r str,
    /// How the text calls it, folded.
    pub called: String,
    /// The text names no size, and it has that of the model whose card it is.
    pub by_size: bool,
}

/// What is known of the model whose card it is.
#[derive(Debug)]
pub struct Own {
    id: String,
    /// The number of parameters in its id, folded: "7b", "1 3b", "8x7b".
    size: Option<String>,
    /// Its id, license and tags, folded.
    about: String,
}

impl Own {
    pub fn of(record: &ModelRecord) -> Own {
        let license = strings(record.card_data.get("license")).into_iter().chain(strings(record.card_data.get("license_name")));
        let about: Vec<String> = std::iter::once(record.id.clone()).chain(license).chain(record.tags.iter().take(200).cloned()).collect();
        Own { id: record.id.clone(), size: size_of(&record.id), about: text::words(&about.join(" ")) }
    }

    /// Whether its name begins with that of a model of the same owner.
    pub fn is_called_after(&self, model: &NamedModel<'_>) -> bool {
        let split = |id: &str| id.split_once('/').map(|(owner, name)| (owner.to_lowercase(), text::words(name)));
        let (Some((owner, name)), Some((theirs, _))) = (split(&self.id), split(model.id)) else { return false };
        owner == theirs && text::phrase_at(&name, &model.called) == Some(0)
    }
}

/// Words of a text that are looked through; prose that names a base does it early.
const MAX_WORDS: usize = 5_000;

/// The models that a text names, the longest names first at each place. A name is made of whole words between
/// blanks ("Mistral-7B-Zork" names no Mistral 7B), and no further name stands before or behind it. A name without a
/// size has that of the model whose card it is: "based on Llama 2" on the card of `o/zork-13b`.
pub fn models_in<'r>(body: &str, own: &Own, rules: &'r Rules) -> Vec<NamedModel<'r>> {
    let words: Vec<&str> = body.split_whitespace().take(MAX_WORDS).collect();
    let folded: Vec<String> = words.iter().map(|w| text::words(w)).collect();
    let mut out: Vec<NamedModel<'r>> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        if !folded.get(at).and_then(|f| f.split(' ').next()).is_some_and(|first| rules.called.begins(first)) {
            at += 1;
            continue;
        }
        let longest = (1..=MAX_NAME.min(words.len() - at)).rev().find_map(|n| {
            // Within the name no clause ends.
            let inside = words.get(at..at + n - 1)?.iter().all(|w| !ends_clause(w));
            let name = folded.get(at..at + n)?.iter().filter(|f| !f.is_empty()).cloned().collect::<Vec<_>>().join(" ");
            if !inside || name.is_empty() {
                return None;
            }
            // "a Mistral-7B-based model", "LLaMA2-7B-Base", where the name itself is none.
            let is_none = n == 1 && rules.called.id(&name, &own.about).is_none();
            let stem = [" based", " hf", " base"].iter().find_map(|s| name.strip_suffix(s)).filter(|_| is_none);
            let name = stem.unwrap_or(&name);
            let size = || own.size.as_ref().filter(|_| folded.get(at + n).is_none_or(|f| f != "version"));
            let sized = || size().and_then(|size| rules.called.id(&format!("{name} {size}"), &own.about));
            let whole = rules.called.id(name, &own.about);
            let by_size = whole.is_none();
            whole.or_else(sized).map(|id| (n, NamedModel { id, called: name.to_string(), by_size }))
        });
        let Some((n, model)) = longest else {
            at += 1;
            continue;
        };
        let before = at.checked_sub(1).and_then(|i| Some((*words.get(i)?, folded.get(i)?)));
        let after = words.get(at + n).zip(folded.get(at + n)).map(|(w, f)| (*w, f));
        let goes_on = !words.get(at + n - 1).is_some_and(|w| ends_clause(w)) && after.is_some_and(|(w, f)| is_name(w, f, rules));
        let began = before.is_some_and(|(w, f)| !ends_clause(w) && at > 1 && is_name(w, f, rules));
        // "7b, 13b and 70b Llama-2": one of several sizes.
        let of_several = model.called.starts_with(|c: char| c.is_ascii_digit())
            && folded.get(at.saturating_sub(3)..at).is_some_and(|near| near.iter().any(|w| text::is_size(w)));
        let of_it = after.is_some_and(|(_, f)| rules.phrase_list("no-base-after").contains(f));
        if !goes_on && !began && !of_it && !of_several && !out.iter().any(|o| o.id == model.id) {
            out.push(model);
        }
        at += n;
    }
    // "Using Llama 2 and Code Llama as base models": which of them has this size is not said.
    if out.iter().filter(|m| m.by_size).count() > 1 {
        out.retain(|m| !m.by_size);
    }
    out
}

fn size_of(own: &str) -> Option<String> {
    let name = own.split_once('/').map_or(own, |(_, name)| name).to_lowercase();
    name.split(['-', '_']).find(|part| text::is_size(part)).map(text::words)
}

/// Whether a clause ends with a word: "7B," and "7B." do.
fn ends_clause(word: &str) -> bool {
    word.ends_with([',', ';', ':', '.', '!', '?'])
}

/// A capitalised word or a number that is no ornament of a model's name: the name goes on with it.
fn is_name(word: &str, folded: &str, rules: &Rules) -> bool {
    let first = word.trim_start_matches(|c: char| !c.is_alphanumeric()).chars().next();
    let ornament = || folded.split(' ').all(|w| rules.phrase_list("before-a-base").iter().any(|p| p == w));
    first.is_some_and(|c| c.is_uppercase() || c.is_ascii_digit()) && !word.starts_with('(') && !ornament()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::load(None).unwrap());

    fn own(id: &str) -> Own {
        Own { id: id.into(), size: size_of(id), about: text::words(id) }
    }

    fn ids(body: &str) -> Vec<&'static str> {
        models_in(body, &own("o/zork"), &RULES).into_iter().map(|m| m.id).collect()
    }

    #[test]
    fn whole_names() {
        assert_eq!(ids("fine-tuned from LLaMA-2-70B."), ["meta-llama/Llama-2-70b-hf"]);
        assert_eq!(ids("Based on Meta's Llama 2 (13B), with care"), ["meta-llama/Llama-2-13b-hf"]);
        assert_eq!(ids("a Mistral-7B-based model"), ["mistralai/Mistral-7B-v0.1"]);
        assert_eq!(ids("the LLaMA2-7B-Base weights"), ["meta-llama/Llama-2-7b-hf"]);
        assert_eq!(ids("We start from Mistral 7B Model."), ["mistralai/Mistral-7B-v0.1"]);
        assert_eq!(ids("`bert-base-cased` was used"), ["google-bert/bert-base-cased"]);
        assert_eq!(ids("Llama 3.1 8B Instruct and Qwen2.5-7B"), ["meta-llama/Llama-3.1-8B-Instruct", "Qwen/Qwen2.5-7B"]);
    }

    #[test]
    fn the_size_is_that_of_the_card() {
        let sized = |id: &str| models_in("made from Llama 2 models", &own(id), &RULES).into_iter().map(|m| m.id).collect::<Vec<_>>();
        assert_eq!(sized("o/zork-13b"), ["meta-llama/Llama-2-13b-hf"]);
        assert_eq!(sized("o/zork-70B-chat"), ["meta-llama/Llama-2-70b-hf"]);
        assert_eq!(sized("o/zork-12b"), [""; 0]);
        assert_eq!(sized("o/zork"), [""; 0]);
        assert!(models_in("Llama 2 and Code Llama are the base models", &own("o/zork-7b"), &RULES).is_empty());
        assert_eq!(models_in("a LLaMA finetune", &own("o/zork-7b"), &RULES).first().map(|m| m.id), Some("huggyllama/llama-7b"));
        assert!(models_in("a LLaMA finetune", &own("o/zork-llama2-7b"), &RULES).is_empty());
        assert_eq!(size_of("o/zork-1.3B").as_deref(), Some("1 3b"));
        assert_eq!(size_of("o/zork-8x7b").as_deref(), Some("8x7b"));
        assert_eq!(size_of("o/zork-web"), None);
    }

    #[test]
    fn names_of_other_things() {
        assert_eq!(ids("Mistral-7B-Zork"), [""; 0]);
        assert_eq!(ids("made from Mistral 7B Zork"), [""; 0]);
        assert_eq!(ids("made from Zork 3 Mistral 7B"), [""; 0]);
        assert_eq!(ids("the Mistral 7B architecture"), [""; 0]);
        assert_eq!(ids("Llama 2, 70B of it"), [""; 0]);
        assert_eq!(ids("Llama 2"), [""; 0]);
        assert_eq!(ids("versions based on 7b, 13b and 70b Llama-2"), [""; 0]);
    }

    proptest! {
        #[test]
        fn any_text(body in "(Mistral|Llama| |-|7B|2|,|\\(|\\)|70B|of|chat|\u{130}){0,40}") {
            let _ = models_in(&body, &own("o/zork-7b"), &RULES);
        }
    }
}
