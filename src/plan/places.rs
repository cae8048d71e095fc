//! Links of a card to places where its training data are kept: repositories of code hosts and collections of the hub, which are
//! looked at, and others, which are not.

use crate::card::{Block, BlockKind, Card, Link, corpora, subject, topics};
use crate::hub::github::RepoId;
use crate::rules::Rules;
use crate::{files, text};
use std::collections::BTreeSet;

/// A place where a card says that training data are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataPlace {
    pub line: u32,
    pub url: String,
    pub kind: PlaceKind,
    /// It is one of several, or the sentence speaks of more.
    pub open_ended: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlaceKind {
    /// A repository of a code host.
    Repository(RepoId),
    /// A list of repositories on the hub, `owner/name-id`, and whether the card says that these are what was trained on.
    Collection {
        slug: String,
        used: bool,
    },
    Other,
}

/// The first such place: declared, or in a sentence that says what the model `own` was trained on, or in a list that one
/// announces (`announced`).
pub fn data_place(card: &Card, rules: &Rules, own: &str, has_base: bool, announced: &BTreeSet<usize>) -> Option<DataPlace> {
    let declared = card.front.strings("datasets").into_iter().find(|d| d.starts_with("http://") || d.starts_with("https://"));
    if let Some(url) = declared {
        let kind = RepoId::from_url(&url).map_or(PlaceKind::Other, PlaceKind::Repository);
        let open_ended = card.front.strings("datasets").len() > 1;
        return Some(DataPlace { line: card.front_line("datasets", Some(&url)).unwrap_or(1), url, kind, open_ended });
    }
    card.links.iter().find_map(|link| {
        let block = card.blocks.get(link.block).filter(|b| b.kind != BlockKind::Code)?;
        let place = Place::of(link, block, rules, own, has_base);
        (place.holds_data(announced) && place.is_of_this_model(card, announced)).then(|| place.found())
    })
}

/// Where a link leads, and the words around it.
struct Place<'a> {
    link: &'a Link,
    block: &'a Block,
    rules: &'a Rules,
    /// The model's id.
    own: &'a str,
    has_base: bool,
    /// The address, folded; its part before a query; its words.
    url: String,
    path: String,
    host: String,
}

/// Where the hub shows lists of repositories.
const COLLECTIONS: &str = "huggingface.co/collections/";

impl<'a> Place<'a> {
    fn of(link: &'a Link, block: &'a Block, rules: &'a Rules, own: &'a str, has_base: bool) -> Place<'a> {
        let url = text::fold_url(&link.url).to_lowercase();
        let path = url.split(['?', '#']).next().unwrap_or_default().to_string();
        let host = text::words(&url);
        Place { link, block, rules, own, has_base, url, path, host }
    }

    fn found(&self) -> DataPlace {
        let collection = self.path.strip_prefix(COLLECTIONS).map(|slug| slug.trim_end_matches('/')).filter(|slug| is_slug(slug));
        let kind = match (collection, RepoId::from_url(&self.link.url)) {
            (Some(slug), _) => {
                let used = self.said().is_some_and(|s| self.rules.says(&s, "used-to-train") || corpora::tells_of_training(&s, self.rules));
                PlaceKind::Collection { slug: slug.to_string(), used }
            }
            (None, Some(id)) => PlaceKind::Repository(id),
            (None, None) => PlaceKind::Other,
        };
        let more = || self.said().is_some_and(|s| self.rules.says(&s, "data-open-ended"));
        let in_list = self.block.in_list || self.block.kind == BlockKind::TableRow;
        DataPlace { line: self.link.line, url: self.link.url.clone(), kind, open_ended: in_list || more() }
    }

    /// The sentence that the link stands in, folded.
    fn said(&self) -> Option<String> {
        topics::sentence_of(self.link, self.block).map(text::words)
    }

    /// By its address, or by what the link is called, data are there.
    fn holds_data(&self, announced: &BTreeSet<usize>) -> bool {
        let on_code_host = self.url.starts_with("github.com/");
        self.is_labelled()
            || self.is_data_host()
            || self.is_collection()
            || self.is_file()
            || self.is_repository()
            || (on_code_host && self.is_called_data())
            || (self.is_elsewhere() && self.is_trained_on())
            || (on_code_host
                && self.block.in_list
                && announced.contains(&self.link.block)
                && text::words(&self.link.text) == self.block.folded)
    }

    /// The words around say that these data trained the model whose card it is, and that others may have them.
    fn is_of_this_model(&self, card: &Card, announced: &BTreeSet<usize>) -> bool {
        let topic = topics::topic_of(card, self.block, self.rules);
        if corpora::is_elsewhere(topic) || subject::is_about_another(card, self.link.block, self.block, self.own) {
            return false;
        }
        let Some(said) = self.said() else { return false };
        let says = |id: &str| self.rules.says(&said, id);
        (self.is_labelled()
            || (self.is_collection() && (self.is_by_its_maker() || says("used-to-train")))
            || corpora::tells_of_training(&said, self.rules)
            || topic == Some("training-data")
            || announced.contains(&self.link.block))
            && !says("data-not-own")
            && !says("data-licensed")
            && !(self.has_base && says("data-of-base"))
    }

    /// "**Training data:** […](…)".
    fn is_labelled(&self) -> bool {
        self.link.url.starts_with("http")
            && self.block.any_label().is_some_and(|label| self.rules.says(label, "training-data-label"))
            && !["huggingface.co/", "arxiv.org/"].iter().any(|host| self.url.starts_with(host))
    }

    fn is_data_host(&self) -> bool {
        // A badge tells where something is archived, and as a rule it is code.
        let host = &self.host;
        let is = |h: &String| host == h || host.starts_with(&format!("{h} ")) || host.contains(&format!(" {h} "));
        !self.url.contains("/badge/") && self.rules.phrase_list("data-host").iter().any(is)
    }

    /// A list of repositories that is called one of data.
    fn is_collection(&self) -> bool {
        self.url.starts_with(COLLECTIONS) && self.rules.says(&text::words(&self.path), "data-link")
    }

    fn is_by_its_maker(&self) -> bool {
        let owner = |s: &str| s.split('/').next().unwrap_or_default().to_lowercase();
        self.url.strip_prefix(COLLECTIONS).is_some_and(|rest| owner(rest) == owner(self.own))
    }

    fn is_file(&self) -> bool {
        (self.url.starts_with("http") || self.path.contains('/')) && files::ends_as_data(&self.path, self.rules)
    }

    fn is_repository(&self) -> bool {
        RepoId::from_url(&self.link.url).is_some_and(|r| self.rules.says(&text::name_words(&r.name).join(" "), "data-link"))
    }

    /// "[indosum](…) dataset", "a dataset that is available on [github](…)": the words around the link say it as well as those in it.
    fn is_called_data(&self) -> bool {
        let words = &self.link.text;
        if let Some((before, _)) = topics::sentence_of(self.link, self.block).and_then(|s| s.split_once(words)) {
            let before: Vec<&str> = before.split_whitespace().rev().take(6).collect();
            let before = text::words(&before.into_iter().rev().collect::<Vec<_>>().join(" "));
            let kept = self.rules.phrase_list("data-kept-at").iter().any(|p| before.ends_with(p.as_str()));
            if kept && self.rules.says(&before, "data-link") {
                return true;
            }
        }
        let behind = self.block.text.split_once(words.as_str()).filter(|_| !words.is_empty()).map_or("", |(_, behind)| behind);
        let behind = text::words(behind.split([',', '.', ';', '(']).next().unwrap_or_default());
        let says = |s: &str| self.rules.says(s, "data-link");
        says(&text::words(words)) || says(behind.split(' ').next().unwrap_or_default())
    }

    fn is_elsewhere(&self) -> bool {
        self.link.url.starts_with("http") && !self.rules.says(&self.host, "no-data-host")
    }

    /// "fine-tuned on [transcripts](…)": what is linked is what the training was on.
    fn is_trained_on(&self) -> bool {
        let (words, rules) = (self.link.text.as_str(), self.rules);
        if words.is_empty() {
            return false;
        }
        topics::sentences(&self.block.text).into_iter().any(|sentence| {
            let Some((before, _)) = sentence.split_once(words) else { return false };
            let before = text::words(before);
            let last = rules.phrase_list("data-trained-on").iter().filter_map(|p| before.rfind(p.as_str()).map(|i| i + p.len())).max();
            last.and_then(|i| before.get(i..)).is_some_and(|near| {
                // "data made by [somebody](…)" links who made them.
                near.split(' ').count() <= 12
                    && !near.split(' ').any(|w| w == "by")
                    && !rules.says(near, "trained-on-machines")
                    && !rules.says(&text::words(words), "trained-on-machines")
            })
        })
    }
}

/// `owner/title-0123456789abcdef`, of which nothing leads elsewhere.
fn is_slug(slug: &str) -> bool {
    slug.split_once('/').is_some_and(|(owner, name)| {
        let plain =
            |s: &str| !s.is_empty() && s.len() <= 120 && s.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
        plain(owner) && plain(name) && !owner.starts_with('.') && !name.starts_with('.')
    })
}
