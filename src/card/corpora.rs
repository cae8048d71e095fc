//! Well-known corpora that a card names in prose as what the model was trained on.

use super::{Block, BlockKind, Card};
use super::{topics::sentences, topics::topic_of};
use crate::rules::Rules;
use crate::rules::schema::{Corpus, CorpusKind, Reachable};
use crate::text;
use crate::text::contains_phrase;

/// A corpus and where it is named.
#[derive(Debug)]
pub struct Named<'r> {
    pub corpus: &'r Corpus,
    pub line: u32,
    pub section: usize,
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
/// sentence announces, name. With `has_base`, what pre-trained the base model is left out.
pub fn trained_on<'r>(card: &Card, rules: &'r Rules, has_base: bool) -> Told<'r> {
    let says = |folded: &str, id: &str| rules.phrase_list(id).iter().any(|p| contains_phrase(folded, p));
    let mut out = Told::default();
    let mut open_sections = Vec::new();
    let announced = announced_lists(card, rules);
    for (i, block) in card.blocks.iter().enumerate().filter(|(_, b)| b.kind != BlockKind::Code) {
        let topic = topic_of(card, block, rules);
        if is_elsewhere(topic) {
            continue;
        }
        if is_about_another(card, i, block) {
            continue;
        }
        let in_section = topic == Some("training-data") || announced.contains(&i);
        let linked: Vec<&Corpus> = card.links.iter().filter(|l| l.block == i).filter_map(|l| rules.corpora.by_page(&l.url)).collect();
        let mut named_here = false;
        for sentence in sentences(&block.text) {
            let folded = text::words(sentence);
            let open_ended = says(&folded, "data-open-ended");
            if in_section && open_ended {
                open_sections.push(block.section);
            }
            let said = tells_of_training(&folded, rules) || says(&folded, "data-described-first");
            if !(said || in_section) || says(&folded, "data-not-own") || (has_base && says(&folded, "data-of-base")) {
                continue;
            }
            let mut corpora = rules.corpora.named_in(sentence);
            if corpora.is_empty() && !named_here {
                corpora.extend(linked.iter().filter(|c| says_link_of(card, i, sentence, c, rules)));
            }
            // "OpenSubtitles, Pikabu and a forum": of the others nothing is known.
            let open_ended = open_ended || (said && enumerates_others(sentence, rules));
            let filtered = says(&folded, "data-filtered-from");
            for corpus in corpora {
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
                    None => out.named.push(Named { corpus, line: block.line, section: block.section, open_ended }),
                }
            }
        }
        if in_section && !named_here && linked.is_empty() && is_another_source(card, i, block, rules) {
            out.more_in.push(block.section);
        }
    }
    // "# A model trained on the Ruritanian corpus"
    for (i, section) in card.sections.iter().enumerate().filter(|(_, s)| says(&s.heading, "data-described-first")) {
        if rules.phrase_list("data-not-own").iter().any(|p| contains_phrase(&section.heading, p)) {
            continue;
        }
        for corpus in rules.corpora.named_in(&section.heading) {
            if !out.named.iter().any(|n| n.corpus.id == corpus.id) {
                out.named.push(Named { corpus, line: section.line, section: i, open_ended: false });
            }
        }
    }
    for named in &mut out.named {
        named.open_ended |= open_sections.contains(&named.section) || out.more_in.contains(&named.section);
    }
    out
}

/// Sections that speak of something else than what trained the model.
pub fn is_elsewhere(topic: Option<&str>) -> bool {
    matches!(topic, Some("citation" | "evaluation" | "usage" | "license" | "base-model"))
}

/// Whether a folded sentence says what something was trained on.
pub fn tells_of_training(folded: &str, rules: &Rules) -> bool {
    rules.phrase_list("data-described").iter().any(|p| contains_phrase(folded, p))
        || rules.phrase_list("data-described-first").iter().any(|p| folded == p || folded.starts_with(&format!("{p} ")))
}

/// Blocks of lists that a sentence with a colon announces as training data ("… was trained on the
/// following datasets:").
pub fn announced_lists(card: &Card, rules: &Rules) -> Vec<usize> {
    let mut out = Vec::new();
    let mut open: Option<usize> = None;
    for (i, block) in card.blocks.iter().enumerate() {
        if block.in_list && open == Some(block.section) {
            out.push(i);
        } else if !block.in_list {
            let announces = || {
                let last = sentences(&block.text).into_iter().map(text::words).rfind(|s| !s.is_empty()).unwrap_or_default();
                let data = rules.phrase_list("data-announced").iter().any(|p| contains_phrase(&last, p));
                let not_own = rules.phrase_list("data-not-own").iter().any(|p| contains_phrase(&last, p));
                (data || tells_of_training(&last, rules)) && !not_own
            };
            let colon = block.kind == BlockKind::Text && block.text.ends_with([':', '：']);
            open = (colon && !is_elsewhere(topic_of(card, block, rules)) && announces()).then_some(block.section);
        }
    }
    out
}

/// A linked corpus belongs to the sentence that holds the link's words.
fn says_link_of(card: &Card, block: usize, sentence: &str, corpus: &Corpus, rules: &Rules) -> bool {
    card.links
        .iter()
        .filter(|l| l.block == block && rules.corpora.by_page(&l.url).is_some_and(|c| c.id == corpus.id))
        .any(|l| l.text.is_empty() || sentence.contains(&l.text))
}

/// "- [other/model](…): this model is trained on …" in a list of relatives.
pub fn is_about_another(card: &Card, index: usize, block: &Block) -> bool {
    let Some(label) = block.any_label() else { return false };
    let first = card.links.iter().find(|l| l.block == index);
    first.is_some_and(|l| {
        let url = text::fold_url(&l.url);
        let on_hub = url.strip_prefix("huggingface.co/").or_else(|| url.strip_prefix("hf.co/"));
        text::words(&l.text) == label && on_hub.is_some_and(|rest| !rest.starts_with("datasets/"))
    })
}

/// After a known corpus, an enumeration goes on with a name that no rule knows.
fn enumerates_others(sentence: &str, rules: &Rules) -> bool {
    let nothing = rules.phrase_list("no-source");
    let mut known = false;
    let parts = sentence.split([',', ';', '、', '，', '(', ')']);
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
        let is_data = joined && rules.phrase_list("data-set-word").iter().any(|p| contains_phrase(&folded, p));
        if known && (is_data || (is_name && !nothing.contains(&first.to_lowercase()))) {
            return true;
        }
    }
    false
}

/// An item of a list, or a row of a table, in a section on data that links a source or is called a corpus,
/// and that nobody can look up here.
fn is_another_source(card: &Card, index: usize, block: &Block, rules: &Rules) -> bool {
    let folded = text::words(&block.text);
    let hub = |url: &str| text::fold_url(url).starts_with("huggingface.co/") || text::fold_url(url).starts_with("hf.co/");
    let links: Vec<&str> = card.links.iter().filter(|l| l.block == index).map(|l| l.url.as_str()).collect();
    let is_linked = links.iter().any(|url| url.starts_with("http") && !hub(url));
    match block.kind {
        BlockKind::TableRow => is_linked,
        BlockKind::Text if block.in_list && block.any_label().is_none() => {
            let named = links.is_empty() && rules.phrase_list("data-set-word").iter().any(|p| contains_phrase(&folded, p));
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
        trained_on(&card, &rules, has_base).named.iter().map(|n| (n.corpus.id.clone(), n.open_ended)).collect()
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
        assert_eq!(named("## Training data\nDecontaminated against GSM8K.", false), []);
    }
}
