//! Training data that a card links and names by no dataset: in a repository of a code host, which is looked into, or elsewhere.

use super::*;
use crate::card::{Card, beside, corpora};
use crate::hub::github::{Tree, TreeKind};
use crate::plan::{DataPlace, PlaceKind, places};
use crate::snapshot::RepoSnapshot;
use crate::{files, text};

/// Where the card says that data are, if anywhere.
pub(super) fn data_place(cx: &Context<'_, '_>, card: &Card) -> Option<DataPlace> {
    let announced = corpora::announced_lists(card, cx.rules);
    places::data_place(card, cx.rules, &cx.snapshot.id, !cx.snapshot.ancestors.is_empty(), &announced)
}

/// The training data in such a place.
pub(super) fn kept(cx: &Context<'_, '_>, card: &Card) -> Option<Component> {
    let place = data_place(cx, card)?;
    let id = ComponentId::Datasets;
    let cite = cx.cite_card(Some(place.line), format!("links {}", text::cut(&place.url, 200)));
    let partial = |summary: &str| Component::new(id, Availability::Partial, Basis::Linked, summary);
    let Some((repo, tree)) = looked_into(cx, &place) else {
        return Some(partial("the card links data elsewhere, at which nobody looked").with_evidence(cite).with_license(license_unknown()));
    };
    let found = data_files(tree, cx.rules);
    let name = format!("github.com/{}", repo.id);
    let Some(first) = found.first() else {
        let summary = format!("the card links {name}, which holds no files of data");
        return Some(partial(&summary).with_evidence(cite).with_license(license_unknown()));
    };
    let has_base = !cx.snapshot.ancestors.is_empty();
    let more = place.open_ended
        || beside::part_told(card, cx.rules, &cx.snapshot.id, has_base).is_some()
        || beside::tells_more(card, cx.rules, &cx.snapshot.id, has_base, &[]).is_some();
    let availability = if more { Availability::Partial } else { Availability::Released };
    let files = text::count(found.len(), "file of data", "files of data");
    let told = if more { "; the card speaks of more, or of a part of them" } else { "" };
    let seen = Evidence::page(repo.id.page(), format!("{files}, such as {}", text::cut(first, 120)));
    Some(
        Component::new(id, availability, Basis::Verified, format!("{name} holds {files}{told}"))
            .with_evidence(cite.into_iter().chain([seen]).collect::<Vec<_>>())
            // The license of a repository is that of its code, and says nothing for sure of data in it.
            .with_license(license_unknown()),
    )
}

fn looked_into<'s>(cx: &Context<'s, '_>, place: &DataPlace) -> Option<(&'s RepoSnapshot, &'s Tree)> {
    let PlaceKind::Repository(id) = &place.kind else { return None };
    let repo = cx.snapshot.repos.iter().chain(&cx.snapshot.data_repo).find(|r| r.id == *id)?;
    Some((repo, repo.tree.as_ref().ok()?))
}

/// Smaller files are settings and samples.
const MIN_BYTES: u64 = 10 << 10;

/// Files that hold data, by their endings, and are no settings by their names.
fn data_files<'t>(tree: &'t Tree, rules: &Rules) -> Vec<&'t str> {
    let is_data = |path: &str| {
        let lower = path.to_lowercase();
        let name = lower.rsplit('/').next().unwrap_or(&lower);
        files::ends_as_data(name, rules) && !rules.says(&text::name_words(name).join(" "), "settings-file")
    };
    let large = tree.entries.iter().filter(|e| e.kind == TreeKind::File && e.size.is_some_and(|s| s >= MIN_BYTES));
    large.map(|e| e.path.as_str()).filter(|p| is_data(p)).collect()
}
