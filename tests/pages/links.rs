//! Links inside the repository, and the book.

use crate::support;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use std::collections::{BTreeMap, BTreeSet};

/// The anchors of a page's headings, as code hosts and mdBook make them.
fn anchors(text: &str) -> BTreeSet<String> {
    let (mut out, mut heading) = (BTreeSet::new(), None::<String>);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(t) | Event::Code(t) => {
                if let Some(h) = &mut heading {
                    h.push_str(&t);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                let text = heading.take().unwrap_or_default().to_lowercase();
                let slug: String =
                    text.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).map(|c| if c == ' ' { '-' } else { c }).collect();
                let n = counts.entry(slug.clone()).or_default();
                out.insert(if *n == 0 { slug.clone() } else { format!("{slug}-{n}") });
                *n += 1;
            }
            _ => {}
        }
    }
    out
}

#[test]
fn every_link_inside_the_repository_leads_somewhere() {
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for page in crate::pages() {
        let text = crate::text(&page);
        for event in Parser::new_ext(&text, Options::ENABLE_TABLES) {
            let (Event::Start(Tag::Link { dest_url, .. }) | Event::Start(Tag::Image { dest_url, .. })) = event else { continue };
            if dest_url.contains("://") || dest_url.starts_with("mailto:") {
                continue;
            }
            seen += 1;
            let (file, anchor) = dest_url.split_once('#').map_or((&*dest_url, None), |(f, a)| (f, Some(a)));
            let target = if file.is_empty() { crate::path(&page) } else { crate::path(&page).parent().unwrap().join(file) };
            if !target.exists() {
                wrong.push(format!("{page}: {dest_url}"));
            } else if let Some(anchor) = anchor
                && !anchors(&std::fs::read_to_string(&target).unwrap()).contains(anchor)
            {
                wrong.push(format!("{page}: {dest_url} (no such heading)"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 60, "{seen} links");
}

#[test]
fn the_book_has_every_page_and_stays_inside() {
    let summary = crate::text("docs/SUMMARY.md");
    let mut listed = BTreeSet::new();
    for event in Parser::new(&summary) {
        if let Event::Start(Tag::Link { dest_url, .. }) = event {
            assert!(listed.insert(dest_url.to_string()), "{dest_url} is listed twice");
        }
    }
    let pages: BTreeSet<String> =
        crate::pages().iter().filter_map(|p| p.strip_prefix("docs/")).filter(|p| *p != "SUMMARY.md").map(str::to_string).collect();
    assert_eq!(listed, pages, "docs/SUMMARY.md (left) and the pages of docs/");
    // What pages link to elsewhere in the repository, `ci/book.sh` puts beside the book, where pages of it stay as they are.
    let script = crate::text("ci/book.sh");
    let copied: BTreeSet<&str> = script.lines().filter_map(|l| l.strip_prefix("cp -r ")).flat_map(|l| l.split(' ')).collect();
    for page in crate::pages().iter().filter(|p| p.starts_with("docs/")) {
        for event in Parser::new_ext(&crate::text(page), Options::ENABLE_TABLES) {
            let Event::Start(Tag::Link { dest_url, .. }) = event else { continue };
            let depth = page.matches('/').count();
            let Some(outside) = dest_url.strip_prefix("../".repeat(depth).as_str()) else { continue };
            let folder = outside.split('/').next().unwrap();
            assert!(copied.contains(folder), "{page}: {dest_url}: ci/book.sh does not copy {folder}/");
            assert!(!outside.ends_with(".md"), "{page}: {dest_url}: a book makes a page of it, which is not there");
        }
    }
    let book: toml::Table = std::fs::read_to_string(support::root().join("book.toml")).unwrap().parse().unwrap();
    assert_eq!(book["book"]["src"].as_str(), Some("docs"));
}

#[test]
fn commits_that_are_named_are_in_the_history() {
    let git = |args: &[&str]| std::process::Command::new("git").args(args).current_dir(support::root()).output();
    let whole = git(&["rev-parse", "--is-shallow-repository"]).is_ok_and(|o| o.status.success() && o.stdout.starts_with(b"false"));
    if !whole {
        eprintln!("skipped: this is no clone with its history");
        return;
    }
    let page = crate::text("CONTRIBUTING.md");
    let ids: Vec<&str> = page.split('`').filter(|w| w.len() == 7 && w.bytes().all(|b| b.is_ascii_hexdigit())).collect();
    assert!(ids.len() > 5, "{ids:?}");
    for id in ids {
        assert!(git(&["cat-file", "-e", &format!("{id}^{{commit}}")]).unwrap().status.success(), "{id} is no commit of this repository");
    }
}
