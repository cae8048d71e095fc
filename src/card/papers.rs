//! Papers and reports that a card gives as the model's own, told apart from those it cites for a
//! method, a benchmark or an estimate of emissions.

use super::topics::topic_of;
use super::{BlockKind, Card};
use crate::rules::Rules;
use crate::text;

/// A preprint on arXiv.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preprint {
    /// `2501.12948`.
    pub id: String,
    pub line: Option<u32>,
}

/// The preprints that are the model's own, most surely so first: links in words that speak of a paper
/// or report, in a block of links at the top, or under a heading for them; what the card asks to cite;
/// and the hub's tag, where there is but one and the card does not link it for something else.
pub fn own(card: Option<&Card>, tags: &[String], rules: &Rules) -> Vec<Preprint> {
    let mut out: Vec<Preprint> = Vec::new();
    let mut others: Vec<String> = Vec::new();
    let mut add = |id: String, line: Option<u32>| {
        if !out.iter().any(|p| p.id == id) {
            out.push(Preprint { id, line });
        }
    };
    if let Some(card) = card {
        for link in &card.links {
            let Some(id) = of_url(&link.url) else { continue };
            if is_own(card, link, rules) { add(id, Some(link.line)) } else { others.push(id) }
        }
        let title = card.sections.iter().map(|s| s.heading.as_str()).find(|h| !h.is_empty()).unwrap_or_default();
        let citations = card.blocks.iter().filter(|b| b.kind == BlockKind::Code && topic_of(card, b, rules) == Some("citation"));
        for block in citations {
            if let Some(id) = own_entry(&block.text, title) {
                add(id, Some(block.line));
            }
        }
    }
    if let Some(only) = only_tagged(tags.iter().map(String::as_str))
        && !others.contains(&only)
    {
        add(only, None);
    }
    out
}

/// The preprint among the hub's tags, where there is but one.
pub fn only_tagged<'a>(tags: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut tagged = tags.filter_map(|t| t.strip_prefix("arxiv:")).filter_map(arxiv_id);
    tagged.next().filter(|_| tagged.next().is_none())
}

/// "Pile paper" is the paper of something else than the model that the card is titled after.
fn is_of_another(card: &Card, link: &super::Link, rules: &Rules) -> bool {
    let plain =
        |w: &str| w.len() < 3 || rules.phrase_list("plain-paper-word").iter().any(|p| p == w) || w.chars().all(|c| c.is_ascii_digit());
    let title = card.sections.iter().map(|s| s.heading.as_str()).find(|h| !h.is_empty()).unwrap_or_default();
    let called = text::words(&link.text);
    let mut named = called.split(' ').filter(|w| !plain(w)).peekable();
    if named.peek().is_none() {
        // "the Zork [paper]": the word before it says whose it is.
        let block = card.blocks.get(link.block).map_or("", |b| b.text.as_str());
        let before = block.split_once(link.text.as_str()).filter(|_| !link.text.is_empty()).map_or("", |(before, _)| before);
        let word = before.split_whitespace().next_back().unwrap_or_default();
        let folded = text::words(word);
        let is_name = word.chars().next().is_some_and(char::is_uppercase) && before.trim_end().contains(' ');
        return is_name && word.is_ascii() && !folded.is_empty() && !plain(&folded) && !title.replace(' ', "").contains(&folded);
    }
    // A long one is a paper's title.
    let joined = title.replace(' ', "");
    let most = if called.ends_with(" paper") { 10 } else { 6 };
    called.is_ascii() && called.split(' ').count() <= most && named.peek().is_some() && !named.any(|w| joined.contains(w))
}

fn is_own(card: &Card, link: &super::Link, rules: &Rules) -> bool {
    // An address as it stands says "arxiv" of every preprint.
    let bare = link.text.starts_with("http");
    if !bare && is_of_another(card, link, rules) {
        return false;
    }
    let says = |s: &str| rules.says(&text::words(s), "own-paper");
    let Some(block) = card.blocks.get(link.block) else { return says(&link.text) };
    let topic = topic_of(card, block, rules);
    if matches!(topic, Some("evaluation" | "usage" | "license")) {
        return false;
    }
    if block.label.as_deref().is_some_and(says) || (!bare && says(&link.text)) || matches!(topic, Some("links")) {
        return true;
    }
    // Badges and lines of links at the top.
    let short = block.text.split(' ').count() <= if bare { 6 } else { 16 };
    let at_the_top = link.section <= 1;
    if short && (at_the_top || says(&block.text)) {
        return true;
    }
    // "… is described in our paper (link)": the word stands right before or in the link's sentence.
    let sentences = super::topics::sentences(&block.text);
    let linked = text::words(&link.text);
    sentences.iter().any(|s| {
        let folded = text::words(s);
        !linked.is_empty() && folded.contains(&linked) && rules.says(&folded, "introduces")
    })
}

/// The arXiv id that a link leads to.
fn of_url(url: &str) -> Option<String> {
    let folded = text::fold_url(url);
    let rest = folded.strip_prefix("arxiv.org/").and_then(|r| r.split_once('/')).map(|(_, r)| r);
    rest.or_else(|| folded.strip_prefix("huggingface.co/papers/")).and_then(arxiv_id)
}

/// The arXiv id of the entry that a card asks to cite: the only one, or the first that shares a word with
/// the card's title. Others are those of bases, data and methods.
fn own_entry(bibtex: &str, title: &str) -> Option<String> {
    let entries: Vec<&str> = bibtex.split('@').filter(|e| e.contains('{')).take(50).collect();
    let words = |s: &str| -> Vec<String> { text::words(s).split(' ').filter(|w| w.len() > 3).map(str::to_string).collect() };
    let own = words(title);
    let names_it = |entry: &&&str| {
        words(entry.lines().find(|l| l.to_lowercase().trim_start().starts_with("title")).unwrap_or(entry)).iter().any(|w| own.contains(w))
    };
    let entry = match entries.as_slice() {
        [only] => Some(only),
        several => several.iter().find(|e| names_it(e)),
    };
    entry.and_then(|e| first_cited(e))
}

/// The first arXiv id in a BibTeX entry.
fn first_cited(bibtex: &str) -> Option<String> {
    bibtex
        .split(|c: char| !(c.is_ascii_digit() || c == '.'))
        .filter(|s| s.len() >= 9)
        .find_map(|s| arxiv_id(s).filter(|id| bibtex.to_lowercase().contains("arxiv") && s.starts_with(id.as_str())))
}

/// `2501.12948`, with or without a version or file ending.
pub fn arxiv_id(s: &str) -> Option<String> {
    let id: String = s.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    let id = id.trim_end_matches('.').to_string();
    let (a, b) = id.split_once('.')?;
    (a.len() == 4 && (4..=5).contains(&b.len()) && b.bytes().all(|b| b.is_ascii_digit())).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(card: &str, tags: &[&str]) -> Vec<String> {
        let rules = Rules::load(None).unwrap();
        let tags: Vec<String> = tags.iter().map(|t| t.to_string()).collect();
        own(Some(&Card::parse(card.as_bytes())), &tags, &rules).into_iter().map(|p| p.id).collect()
    }

    #[test]
    fn own_papers() {
        assert_eq!(found("- **Paper:** [arXiv](https://arxiv.org/abs/2501.12948)", &[]), ["2501.12948"]);
        assert_eq!(found("# M\n\n[![x](y.svg)](https://arxiv.org/pdf/2501.12948v2.pdf)", &[]), ["2501.12948"]);
        assert_eq!(found("## Citation\n```\n@misc{x, eprint={2501.12948}, archivePrefix={arXiv}}\n```", &[]), ["2501.12948"]);
        let two = "# Zork\n## Citation\n```\n@article{a, title={LLaMA}, journal={arXiv 2302.13971}}\n@article{b, title={Zork: a model}, journal={arXiv 2501.12948}}\n```";
        assert_eq!(found(two, &[]), ["2501.12948"]);
        assert_eq!(found(&two.replace("# Zork", "# Other"), &[]), Vec::<String>::new());
        assert_eq!(found("Nothing.", &["arxiv:2501.12948", "en"]), ["2501.12948"]);
    }

    #[test]
    fn papers_of_others() {
        let method = "# M\n\n## Architecture\n\nIt has an attention that is fast ([Dao, 2022](https://arxiv.org/abs/2205.14135)) and rotary positions.";
        assert_eq!(found(method, &["arxiv:2205.14135"]), Vec::<String>::new());
        assert_eq!(found("## Evaluation\nThe [paper](https://arxiv.org/abs/2009.03300) of the benchmark.", &[]), Vec::<String>::new());
        assert_eq!(
            found(
                "# Zork\n\nSee the [Pile paper](https://arxiv.org/abs/2101.00027) and the [Zork report](https://arxiv.org/abs/2501.12948).",
                &[]
            ),
            ["2501.12948"]
        );
        let sections = "# Zork\n\nSee [Sections 5 and 6 of the Pile paper](https://arxiv.org/abs/2101.00027).";
        assert_eq!(found(sections, &[]), Vec::<String>::new());
        assert_eq!(
            found("# Zork\n\nIt applies SDEdit (https://arxiv.org/abs/2108.01073, also known as img2img) in a step.", &[]),
            Vec::<String>::new()
        );
        assert_eq!(found("# Zork\n\nIt uses [SDEdit](https://arxiv.org/abs/2108.01073).", &[]), Vec::<String>::new());
        assert_eq!(found("", &["arxiv:2205.14135", "arxiv:2501.12948"]), Vec::<String>::new());
    }

    #[test]
    fn arxiv_ids() {
        assert_eq!(arxiv_id("2501.12948v2"), Some("2501.12948".into()));
        assert_eq!(arxiv_id("2501.12948.pdf"), Some("2501.12948".into()));
        assert_eq!(arxiv_id("1910.1"), None);
        assert_eq!(arxiv_id("hep-th/9901001"), None);
    }

    proptest::proptest! {
        #[test]
        fn any_entry(s in "\\PC{0,80}") {
            let _ = (first_cited(&s), arxiv_id(&s), of_url(&s));
        }
    }
}
