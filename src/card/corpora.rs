//! Well-known corpora that a card names in prose as what the model was trained on.

use super::columns::{Cell, data_cell};
use super::topics::{sentences, topic_of};
use super::{Block, BlockKind, Card, subject};
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
/// sentence announces, name. With `has_base`, what pre-trained the base model is left out.
pub fn trained_on<'r>(card: &Card, rules: &'r Rules, own: &str, has_base: bool) -> Told<'r> {
    let mut out = Told::default();
    let mut open_sections = Vec::new();
    let mut number = 0;
    let announced = announced_lists(card, rules);
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
            let open_ended = rules.says(&folded, "data-open-ended");
            if in_section && open_ended {
                open_sections.push(block.section);
            }
            let said = tells_of_training(&folded, rules) || rules.says(&folded, "data-described-first");
            if !(said || in_section) || rules.says(&folded, "data-not-own") || (has_base && rules.says(&folded, "data-of-base")) {
                continue;
            }
            let mut corpora = rules.corpora.named_in(sentence);
            if corpora.is_empty() && !named_here {
                corpora.extend(linked.iter().filter(|c| says_link_of(card, i, sentence, c, rules)));
            }
            // "SQuAD is a set of questions on Wikipedia articles" tells of one, and of what it was made from.
            let defined = corpora.len() > 1 && !said && corpora.first().is_some_and(|c| is_defined(&folded, c, rules));
            if defined {
                corpora.truncate(1);
            }
            // "OpenSubtitles, Pikabu and a forum": of the others nothing is known.
            let open_ended = open_ended || ((said || in_column || !(block.in_list || defined)) && enumerates_others(sentence, rules));
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

/// Sections that speak of something else than what trained the model.
pub fn is_elsewhere(topic: Option<&str>) -> bool {
    matches!(topic, Some("citation" | "evaluation" | "usage" | "license" | "base-model"))
}

/// Whether a folded sentence says what something was trained on.
pub fn tells_of_training(folded: &str, rules: &Rules) -> bool {
    rules.says(folded, "data-described")
        || rules.phrase_list("data-described-first").iter().any(|p| folded == p || folded.starts_with(&format!("{p} ")))
}

/// The line on which the card says that the model was trained on a part of something ("trained on a filtered
/// subset of …"): which part, nobody can tell, unless it is what is handed out.
pub fn part_told(card: &Card, rules: &Rules, own: &str, has_base: bool) -> Option<u32> {
    clauses_on_training(card, rules, own, has_base, |after| {
        rules.phrase_list("data-part").iter().any(|p| {
            // Few words stand before it; "the train part of" a set is what others train on too.
            let near = |i: usize| {
                let before = after.get(..i).unwrap_or_default().trim_end();
                before.split(' ').count() <= 4 && !["train", "training"].iter().any(|w| before.ends_with(w))
            };
            contains_phrase(after, p) && after.find(p.as_str()).is_some_and(near)
        })
    })
    .map(|(line, _)| line)
}

/// The sentence that says that what the model was trained on as a whole is kept: "is trained on our internal
/// dataset". "On internal and public data" says less.
pub fn kept_whole(card: &Card, rules: &Rules, own: &str, has_base: bool) -> Option<(u32, String)> {
    let says_data = |s: &str| rules.says(s, "data-word");
    clauses_on_training(card, rules, own, has_base, |after| {
        if !says_data(after) {
            return false;
        }
        let kept = rules.phrase_list("data-kept").iter().filter_map(|p| after.find(p.as_str()).map(|i| (i, i + p.len())));
        // Articles and counts at most stand before it ("on an 80k examples proprietary dataset").
        kept.into_iter().any(|(from, to)| {
            let (before, rest) = (after.get(..from).unwrap_or_default(), after.get(to..).unwrap_or_default());
            let joins = |s: &str| {
                ["and", "with", "as well as", "plus", "or", "from", "mix", "mixture", "及", "和", "と", "et", "und", "y"]
                    .iter()
                    .any(|w| contains_phrase(s, w))
            };
            before.split(' ').filter(|w| !w.is_empty()).count() <= 4 && !joins(before) && !joins(rest)
        })
    })
}

/// The line of an item, in a list or table of the training data, that is the makers' own and links nothing: "a small
/// set of custom instructions".
pub fn lists_more(card: &Card, rules: &Rules, own: &str) -> Option<u32> {
    let mut items = card.blocks.iter().enumerate().filter(|(_, b)| b.in_list || b.kind == BlockKind::TableRow);
    let item = items.find(|(i, b)| {
        let folded = &b.folded;
        topic_of(card, b, rules) == Some("training-data")
            && rules.says(folded, "data-custom")
            && rules.says(folded, "data-word")
            && folded.split(' ').count() <= 12
            && !card.links.iter().any(|l| l.block == *i)
            && !subject::is_about_another(card, *i, b, own)
    })?;
    Some(item.1.line)
}

/// The first clause that says what the model was trained on, of which `wanted` holds: it is given what
/// stands behind "trained on", folded.
fn clauses_on_training(card: &Card, rules: &Rules, own: &str, has_base: bool, wanted: impl Fn(&str) -> bool) -> Option<(u32, String)> {
    let trains = |p: &&String| !p.is_ascii() || p.contains("train") || p.contains("tuned");
    let phrases = || rules.phrase_list("data-described").iter().chain(rules.phrase_list("data-described-first")).filter(trains);
    card.blocks.iter().enumerate().filter(|(_, b)| b.kind == BlockKind::Text).find_map(|(i, block)| {
        if is_elsewhere(topic_of(card, block, rules)) || subject::is_about_another(card, i, block, own) {
            return None;
        }
        let tells = |sentence: &&str| {
            let folded = text::words(sentence);
            let own = phrases().any(|p| contains_phrase(&folded, p))
                && !rules.says(&folded, "data-not-own")
                && !(has_base && rules.says(&folded, "data-of-base"));
            own && sentence.split([',', ';', ':', '(', '，', '（', '、']).map(text::words).any(|clause| {
                let after =
                    phrases().filter_map(|p| clause.find(p.as_str()).and_then(|i| clause.get(i + p.len()..))).max_by_key(|a| a.len());
                after.is_some_and(|after| wanted(after.trim_start()))
            })
        };
        sentences(&block.text).into_iter().find(tells).map(|s| (block.line, s.trim().to_string()))
    })
}

/// Blocks of lists, and addresses alone, that a sentence with a colon announces as training data ("… was trained on the
/// following datasets:").
pub fn announced_lists(card: &Card, rules: &Rules) -> Vec<usize> {
    let mut out = Vec::new();
    let mut open: Option<usize> = None;
    for (i, block) in card.blocks.iter().enumerate() {
        // An address alone, where the sentence says that it follows, is the list of one.
        let is_address = || !block.text.contains(' ') && card.links.iter().any(|l| l.block == i);
        if open == Some(block.section) && (block.in_list || is_address()) {
            out.push(i);
        } else if !block.in_list {
            let announces = || {
                let last = sentences(&block.text).into_iter().map(text::words).rfind(|s| !s.is_empty()).unwrap_or_default();
                let data = rules.says(&last, "data-announced");
                let not_own = rules.says(&last, "data-not-own");
                (data || tells_of_training(&last, rules)) && !not_own
            };
            let colon = block.kind == BlockKind::Text && block.text.ends_with([':', '：']);
            open = (colon && !is_elsewhere(topic_of(card, block, rules)) && announces()).then_some(block.section);
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
        trained_on(&card, &rules, "o/n", has_base).named.iter().map(|n| (n.corpus.id.clone(), n.open_ended)).collect()
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
