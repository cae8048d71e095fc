//! Well-known corpora that a card names in prose as what the model was trained on.

use super::columns::{Cell, data_cell};
use super::topics::{apart_from_versions, sentences, topic_of, without_relative};
use super::{Block, BlockKind, Card, subject};
use crate::rules::Rules;
use crate::rules::schema::{Corpus, CorpusKind, Reachable};
use crate::text;
use std::collections::BTreeSet;

/// A corpus and where it is named.
#[derive(Debug)]
pub struct Named<'r> {
    pub corpus: &'r Corpus,
    pub line: u32,
    pub section: usize,
    /// A number of the sentence: the same for all that it names.
    pub sentence: usize,
    /// The sentence or section speaks of more than the names, or of a part of what is named ("such as
    /// …", "a filtered subset of …").
    pub open_ended: bool,
}

/// What prose says of the training data.
#[derive(Debug, Default)]
pub struct Told<'r> {
    pub named: Vec<Named<'r>>,
    /// Sections in which further data are named, of which nothing is known.
    pub more_in: Vec<usize>,
}

/// Corpora that sentences such as "was trained on …", a section on training data, or a list that such a
/// sentence announces (`announced`), name. What pre-trained the base models, whose ids are `bases`, is left out.
pub fn trained_on<'r>(card: &Card, rules: &'r Rules, own: &str, bases: &[&str], announced: &BTreeSet<usize>) -> Told<'r> {
    let has_base = !bases.is_empty();
    let stems: Vec<String> = bases.iter().map(|id| stem(id)).filter(|s| !s.is_empty()).collect();
    let of_base = |folded: &str| {
        let behind = |s: &String| folded.strip_prefix(s.as_str()).map(str::trim_start);
        stems.iter().filter_map(behind).any(|rest| ["was ", "is ", "were ", "has been "].iter().any(|w| rest.starts_with(w)))
    };
    let mut out = Told::default();
    let mut open_sections = Vec::new();
    let mut number = 0;
    for (i, block) in card.blocks.iter().enumerate().filter(|(_, b)| b.kind != BlockKind::Code) {
        let topic = topic_of(card, block, rules);
        if is_elsewhere(topic) {
            continue;
        }
        if subject::is_about_another(card, i, block, own) {
            continue;
        }
        let (body, in_column) = match data_cell(card, i, block, rules, own) {
            Some(Cell::Own(cell)) => (cell, true),
            Some(Cell::Other) => continue,
            None => (block.text.as_str(), false),
        };
        let in_section = topic == Some("training-data") || announced.contains(&i) || in_column;
        let linked: Vec<&Corpus> = card.links.iter().filter(|l| l.block == i).filter_map(|l| rules.corpora.by_page(&l.url)).collect();
        let mut named_here = false;
        for sentence in sentences(body) {
            number += 1;
            let folded = text::words(sentence);
            let open_ended = rules.says(&text::words(&apart_from_versions(card, i, sentence, rules)), "data-open-ended");
            // "A part of the data was the following:"
            if (in_section || announced.contains(&(i + 1))) && open_ended {
                open_sections.push(block.section);
            }
            let said = tells_of_training(&folded, rules) || rules.says(&folded, "data-described-first");
            let others = rules.says(&folded, "data-not-own") || (has_base && rules.says(&folded, "data-of-base")) || of_base(&folded);
            if !(said || in_section) || others {
                continue;
            }
            let mut corpora = rules.corpora.named_in(sentence);
            corpora.retain(|c| !names_another_set(card, i, c, rules) && !is_a_format(&folded, c, rules));
            if corpora.is_empty() && !named_here {
                corpora.extend(linked.iter().filter(|c| says_link_of(card, i, sentence, c, rules)));
            }
            // "SQuAD is a set of questions on Wikipedia articles" tells of one, and of what it was made from.
            let defined = corpora.len() > 1 && !said && corpora.first().is_some_and(|c| is_defined(&folded, c, rules));
            if defined {
                corpora.truncate(1);
            }
            // "OpenSubtitles, Pikabu and a forum": of the others nothing is known.
            let open_ended =
                open_ended || ((said || in_column || !(block.in_list || defined)) && enumerates_others(&without_relative(sentence), rules));
            let filtered = rules.says(&folded, "data-filtered-from");
            for corpus in corpora {
                let open_ended = open_ended || is_variant(card, i, corpus, rules);
                // A benchmark in a section on data is what was kept out of it, as often as not.
                if corpus.kind == CorpusKind::Evaluation && !said {
                    continue;
                }
                // What was filtered out of a corpus that cannot be had whole can be had by nobody.
                if filtered && corpus.availability != Reachable::Released {
                    continue;
                }
                named_here = true;
                match out.named.iter_mut().find(|n| n.corpus.id == corpus.id) {
                    Some(known) => known.open_ended |= open_ended,
                    None => out.named.push(Named { corpus, line: block.line, section: block.section, sentence: number, open_ended }),
                }
            }
        }
        if in_section && !named_here && linked.is_empty() && is_another_source(card, i, block, rules) {
            out.more_in.push(block.section);
        }
    }
    // "# A model trained on the Ruritanian corpus"
    for (i, section) in card.sections.iter().enumerate().filter(|(_, s)| rules.says(&s.heading, "data-described-first")) {
        if rules.says(&section.heading, "data-not-own") {
            continue;
        }
        for corpus in rules.corpora.named_in(&section.heading) {
            if !out.named.iter().any(|n| n.corpus.id == corpus.id) {
                out.named.push(Named { corpus, line: section.line, section: i, sentence: 0, open_ended: false });
            }
        }
    }
    for named in &mut out.named {
        named.open_ended |= open_sections.contains(&named.section) || out.more_in.contains(&named.section);
    }
    out
}

/// What a sentence calls a model of this id: "gpt j" for `o/gpt-j-6b`.
fn stem(id: &str) -> String {
    let name = text::words(id.rsplit('/').next().unwrap_or(id));
    let ends = |w: &str| {
        matches!(w, "hf" | "base" | "large" | "small" | "instruct" | "chat" | "v0" | "v1")
            || (w.len() > 1 && w.starts_with(|c: char| c.is_ascii_digit()))
    };
    name.split(' ').take_while(|w| !ends(w)).take(2).collect::<Vec<_>>().join(" ")
}

/// Sections that speak of something else than what trained the model.
pub fn is_elsewhere(topic: Option<&str>) -> bool {
    matches!(topic, Some("citation" | "evaluation" | "usage" | "license" | "base-model"))
}

/// Whether a folded sentence says what something was trained on.
pub fn tells_of_training(folded: &str, rules: &Rules) -> bool {
    rules.says(folded, "data-described")
        || tuned_on(folded, rules)
        || rules.phrase_list("data-described-first").iter().any(|p| folded == p || folded.starts_with(&format!("{p} ")))
}

/// "by finetuning X on 52K instructions": a few words stand between the training and what it was on.
fn tuned_on(folded: &str, rules: &Rules) -> bool {
    let words: Vec<&str> = folded.split(' ').collect();
    let Some(from) = rules.phrase_list("tuning").iter().filter_map(|p| text::phrase_at(folded, p)).min() else { return false };
    let before = folded.get(..from).unwrap_or_default().split(' ').count();
    let elsewhere = |word: &str| rules.phrase_list("on-not-data").iter().any(|w| w == word);
    words.iter().enumerate().skip(before).take(20).filter(|(_, w)| **w == "on").any(|(at, _)| {
        let led = at.checked_sub(1).and_then(|i| words.get(i)).is_some_and(|w| !elsewhere(w));
        let object: Vec<&str> = words.iter().skip(at + 1).take(8).copied().collect();
        let object = object.join(" ");
        // "finetuned for a while on C4", and not "to fine-tune it on": what was done, not what can be.
        let done = || words.get(..at).is_some_and(|before| before.iter().any(|w| matches!(*w, "trained" | "tuned" | "finetuned")));
        let corpus = || rules.corpora.named_in(&object).iter().any(|c| c.kind != CorpusKind::Evaluation);
        led && (rules.says(&object, "data-set-word") || (done() && corpus()))
    })
}

/// Blocks of lists, and addresses alone, that a sentence with a colon announces as training data ("… was trained on the
/// following datasets:").
pub fn announced_lists(card: &Card, rules: &Rules) -> BTreeSet<usize> {
    let mut out = BTreeSet::new();
    let mut open: Option<usize> = None;
    for (i, block) in card.blocks.iter().enumerate() {
        // An address alone, where the sentence says that it follows, is the list of one.
        let is_address = || !block.text.contains(' ') && card.links.iter().any(|l| l.block == i);
        let item = block.in_list || block.kind == BlockKind::TableRow;
        if open == Some(block.section) && (item || is_address()) {
            out.insert(i);
        } else if !item {
            let last = || sentences(&block.text).into_iter().map(text::words).rfind(|s| !s.is_empty()).unwrap_or_default();
            let announces = |last: &str| {
                let data = rules.says(last, "data-announced");
                let not_own = rules.says(last, "data-not-own");
                (data || tells_of_training(last, rules)) && !not_own
            };
            let colon = block.text.ends_with([':', '：']);
            let below = |last: &str| {
                let trains = rules.says(last, "used-to-train") || rules.says(last, "data-announced");
                rules.says(last, "announces-below") && (rules.says(last, "data-word") || rules.says(last, "trains-with")) && trains
            };
            let announced = || {
                let last = last();
                (colon && announces(&last)) || (below(&last) && !rules.says(&last, "data-not-own"))
            };
            let may = block.kind == BlockKind::Text && !is_elsewhere(topic_of(card, block, rules));
            open = (may && announced()).then_some(block.section);
        }
    }
    out
}

/// A link in the name of a corpus that leads to somebody's repository is to a version of it: "[Ruritanian
/// SQuAD](https://github.com/…)".
fn is_variant(card: &Card, block: usize, corpus: &Corpus, rules: &Rules) -> bool {
    card.links.iter().filter(|l| l.block == block && text::fold_url(&l.url).starts_with("github.com/")).any(|l| {
        let named = rules.corpora.named_in(&l.text).iter().any(|c| c.id == corpus.id);
        named
            && rules.corpora.by_page(&l.url).is_none_or(|c| c.id != corpus.id)
            && text::fold_url(&corpus.url).split('/').nth(1) != text::fold_url(&l.url).split('/').nth(1)
    })
}

/// "[Ruritanian translation of Dolly](…/datasets/o/dolly-ru)": the set that is linked is meant, which is looked up itself.
fn names_another_set(card: &Card, block: usize, corpus: &Corpus, rules: &Rules) -> bool {
    let named = |l: &&super::Link| rules.corpora.named_in(&l.text).iter().any(|c| c.id == corpus.id);
    card.links.iter().filter(|l| l.block == block).filter(named).any(|l| {
        let page = text::fold_page(&l.url);
        let on_hub =
            ["huggingface.co/datasets/", "hf.co/datasets/"].iter().any(|h| page.strip_prefix(h).is_some_and(|id| id.contains('/')));
        on_hub && rules.corpora.by_page(&l.url).is_none_or(|c| c.id != corpus.id)
    })
}

/// "Data in ShareGPT format": the corpus lends its name to how records are laid out.
fn is_a_format(folded: &str, corpus: &Corpus, rules: &Rules) -> bool {
    let words = rules.phrase_list("data-format-word");
    corpus.names.iter().map(|n| text::words(n)).any(|name| words.iter().any(|w| text::contains_phrase(folded, &format!("{name} {w}"))))
}

/// A linked corpus belongs to the sentence that holds the link's words.
fn says_link_of(card: &Card, block: usize, sentence: &str, corpus: &Corpus, rules: &Rules) -> bool {
    card.links
        .iter()
        .filter(|l| l.block == block && rules.corpora.by_page(&l.url).is_some_and(|c| c.id == corpus.id))
        .any(|l| l.text.is_empty() || sentence.contains(&l.text))
}

/// Whether a folded sentence says what a corpus is, or what it was made from.
fn is_defined(folded: &str, corpus: &Corpus, rules: &Rules) -> bool {
    let behind = corpus.names.iter().map(|n| text::words(n)).filter_map(|n| folded.find(&n).and_then(|i| folded.get(i + n.len()..))).next();
    behind.is_some_and(|behind| rules.says(behind, "data-defined"))
}

/// Before or after a known corpus, an enumeration has a name that no rule knows.
fn enumerates_others(sentence: &str, rules: &Rules) -> bool {
    let nothing = rules.phrase_list("no-source");
    let mut known = false;
    let parts = sentence.split([',', ';', '、', '，', '(', ')']);
    // "by joining a, b and Pikabu": a word or two, between commas, right before the known one.
    let items: Vec<&str> = parts.clone().flat_map(|part| part.split(" and ")).collect();
    for pair in items.windows(2).skip(1) {
        if let [before, this] = pair {
            let folded = text::words(before);
            let few = !folded.is_empty() && folded.split(' ').count() <= 2 && folded.is_ascii();
            let name = folded.split(' ').all(|w| w.len() > 2 && w.chars().any(char::is_alphabetic) && !nothing.contains(&w.to_string()));
            // The known one begins its item ("Pikabu data", and not "trained on Pikabu").
            let this = text::words(this);
            let begins = rules.corpora.named_in(&this).iter().any(|c| c.names.iter().any(|n| this.starts_with(&text::words(n))));
            if few && name && begins && rules.corpora.named_in(before).is_empty() {
                return true;
            }
        }
    }
    for (joined, item) in parts.flat_map(|part| part.split(" and ").enumerate().map(|(n, item)| (n > 0, item))) {
        if !rules.corpora.named_in(item).is_empty() {
            known = true;
            continue;
        }
        let mut words = item.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty() && !matches!(*w, "the" | "a" | "an" | "and"));
        let first = words.next().unwrap_or_default();
        let is_name = first.chars().next().is_some_and(char::is_uppercase) && first.len() > 2;
        let folded = text::words(item);
        // "… and 8 GB of books"; after a comma it may be said of the one before.
        let is_data = joined && rules.says(&folded, "data-set-word");
        if known && (is_data || (is_name && !nothing.contains(&first.to_lowercase()))) {
            return true;
        }
    }
    false
}

/// An item of a list, or a row of a table, in a section on data that links a source or is called a corpus,
/// and that nobody can look up here.
fn is_another_source(card: &Card, index: usize, block: &Block, rules: &Rules) -> bool {
    let folded = &block.folded;
    let hub = |url: &str| text::fold_url(url).starts_with("huggingface.co/") || text::fold_url(url).starts_with("hf.co/");
    let links: Vec<&str> = card.links.iter().filter(|l| l.block == index).map(|l| l.url.as_str()).collect();
    let is_linked = links.iter().any(|url| url.starts_with("http") && !hub(url));
    match block.kind {
        BlockKind::TableRow => is_linked,
        BlockKind::Text if block.in_list && block.any_label().is_none() => {
            let named = links.is_empty() && rules.says(folded, "data-set-word");
            (is_linked || named) && folded.split(' ').count() <= 8
        }
        BlockKind::Text | BlockKind::Code => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(card: &str, has_base: bool) -> Vec<(String, bool)> {
        let rules = Rules::load(None).unwrap();
        let card = Card::parse(card.as_bytes());
        let bases: &[&str] = if has_base { &["a/zork-2-7b"] } else { &[] };
        trained_on(&card, &rules, "o/n", bases, &announced_lists(&card, &rules))
            .named
            .iter()
            .map(|n| (n.corpus.id.clone(), n.open_ended))
            .collect()
    }

    #[test]
    fn sentences_and_sections() {
        assert_eq!(named("It was trained on C4.", false), [("allenai/c4".to_string(), false)]);
        assert_eq!(named("It was trained on a mix of sources such as C4.", false), [("allenai/c4".to_string(), true)]);
        assert_eq!(named("## Training data\n- Dolma\n- C4\n", false).len(), 2);
        assert_eq!(named("## Training data\n- Dolma\n- other web pages and so on\n", false), [("allenai/dolma".to_string(), true)]);
        assert_eq!(named("Trained on C4.", false), [("allenai/c4".to_string(), false)]);
        assert_eq!(named("**Training data**\n\nC4 and nothing else.", false), [("allenai/c4".to_string(), false)]);
        assert_eq!(named("It was trained on the following data:\n\n- C4\n", false), [("allenai/c4".to_string(), false)]);
        assert_eq!(named("# A model trained on C4", false), [("allenai/c4".to_string(), false)]);
        assert_eq!(named("It was evaluated on the following data:\n\n- C4\n", false), []);
    }

    #[test]
    fn enumerations_go_on() {
        let c4 = |open_ended: bool| [("allenai/c4".to_string(), open_ended)];
        assert_eq!(named("It was trained on C4, Ruritanet and a forum.", false), c4(true));
        assert_eq!(named("It was trained on C4, with TPUs.", false), c4(false));
        assert_eq!(named("It was trained on C4 and 8 GB of books.", false), c4(true));
        assert_eq!(named("It was trained on C4, a corpus of web pages.", false), c4(false));
        assert_eq!(named("## Training data\n- C4\n- [more](https://data.example/x)\n", false), c4(true));
        assert_eq!(named("## Training data\n- C4\n- Ruritanian web corpus\n", false), c4(true));
        assert_eq!(named("## Training data\n- C4\n- Duplicates were removed\n", false), c4(false));
    }

    #[test]
    fn named_by_its_page() {
        let card = "It was trained on [this](https://laion.ai/blog/laion-5b/).";
        assert_eq!(named(card, false).iter().map(|n| n.0.as_str()).collect::<Vec<_>>(), ["laion-5b"]);
        assert_eq!(named("## Evaluation\nIt was trained on [this](https://laion.ai/blog/laion-5b/).", false), []);
    }

    #[test]
    fn what_is_not_its_own_data() {
        assert_eq!(named("## Evaluation\nIt was trained on C4.", false), []);
        assert_eq!(named("Unlike models that were trained on C4, ours is small.", false), []);
        assert_eq!(named("We like C4.", false), []);
        assert_eq!(named("- [o/other](https://huggingface.co/o/other): this model is trained on C4.", false), []);
        assert_eq!(named("It was trained on little, and outperforms others on GSM8K.", false), []);
        // RefinedWeb can be had in part only, C4 as a whole.
        assert_eq!(named("It was trained on filtered web data from RefinedWeb.", false), []);
        assert_eq!(named("It was trained on filtered web data from C4.", false), [("allenai/c4".to_string(), true)]);
        assert_eq!(named("The base model was pretrained on C4.", true), []);
        assert_eq!(named("Zork 2 was trained on C4.", true), []);
        assert_eq!(named("Zork 2 was trained on C4.", false).len(), 1);
        assert_eq!(named("A script to fine-tune it: trained on C4.", false), []);
        assert_eq!(named("## Training data\nDecontaminated against GSM8K.", false), []);
    }
}
