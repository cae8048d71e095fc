//! A NOTICE file: what each model is, under which license, what that asks for when it is passed on, and
//! the texts of licenses and notices, each once.

use super::{Harmless, Style, names, view};
use crate::report::texts::ids;
use crate::report::{Model, Report, Text};
use std::collections::BTreeMap;
use std::fmt::Write as _;

const WIDTH: usize = 78;

/// Renders a report.
pub fn render(report: &Report, _: Style) -> String {
    write(&super::harmless(report))
}

/// Renders a report whose strings are harmless.
pub fn write(report: &Harmless<'_>) -> String {
    let mut out = String::from("NOTICES FOR AI MODELS\n\n");
    wrap(
        &mut out,
        "",
        "The product uses the models below. For each stand its license, what the license asks for when the model is passed on, and where the texts are that go with it. Base models whose terms bind are included.",
    );
    let mut texts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut order: Vec<(&str, String)> = Vec::new();
    for (i, model) in report.models.iter().enumerate() {
        let _ = write!(out, "\n{}\n{}. {}\n\n", "=".repeat(WIDTH), i + 1, model.source.id);
        about(&mut out, report, model);
        let mut numbers = Vec::new();
        for (digest, title) in wanted(report, model) {
            let next = texts.len() + 1;
            let number = *texts.entry(digest).or_insert(next);
            if number == next {
                order.push((digest, title));
            }
            numbers.push(format!("[{number}]"));
        }
        numbers.dedup();
        if !numbers.is_empty() {
            field(&mut out, "Texts", &numbers.join(" "));
        }
    }
    for (i, (digest, title)) in order.iter().enumerate() {
        let text = report.texts.get(*digest).map(String::as_str).unwrap_or_default();
        let _ = write!(out, "\n{}\n[{}] {title}\n    {digest}\n\n{}\n", "=".repeat(WIDTH), i + 1, text.trim_end());
    }
    out
}

fn about(out: &mut String, report: &Report, model: &Model) {
    if let Some(revision) = &model.source.revision {
        field(out, "Revision", revision);
    }
    field(out, "Source", &model.source.url);
    if let Some(producer) = model.about.developed_by.as_ref().or(model.about.producer.as_ref()) {
        field(out, "Made by", producer);
    }
    field(out, "License", view::license(model));
    for id in model.license.effective.iter().flat_map(|e| ids(e)) {
        if let Some(known) = report.licenses.get(id).filter(|k| k.name != id) {
            let at = known.source.as_deref().map_or(String::new(), |s| format!(", {s}"));
            field(out, "", &format!("{id}: {}{at}", known.name));
        }
    }
    for (_, base) in view::lineage(model) {
        field(out, "Made from", &format!("{} ({}; license {})", base.id, base.relation, base.license.as_deref().unwrap_or("not known")));
    }
    for o in &model.license.obligations {
        field(out, "To do", &format!("{} ({}; {})", o.text, names::when(&o.when), o.license));
    }
    if model.license.effective.is_none() {
        field(out, "To do", "No license is known: ask the owner before you pass it on.");
    }
}

/// The texts that go with a model: files of its repository, and the standard text of a license that
/// has no file there.
fn wanted<'r>(report: &'r Report, model: &'r Model) -> Vec<(&'r str, String)> {
    let file = |t: &'r Text| {
        let digest = t.digest.as_deref().filter(|d| report.texts.contains_key(*d))?;
        let name = if report.licenses.contains_key(&t.identified) { format!("{}, ", t.identified) } else { String::new() };
        Some((digest, format!("{name}{} of {}", t.path, model.source.id)))
    };
    let mut out: Vec<(&str, String)> = model.license.texts.iter().chain(&model.license.notices).filter_map(file).collect();
    for id in model.license.effective.iter().flat_map(|e| ids(e)) {
        let in_file = model.license.texts.iter().any(|t| t.identified == id);
        let digest = report.licenses.get(id).and_then(|l| l.text.as_deref()).filter(|d| report.texts.contains_key(*d));
        if let (false, Some(digest)) = (in_file, digest) {
            out.push((digest, format!("{id}, text of the license")));
        }
    }
    out
}

fn field(out: &mut String, name: &str, value: &str) {
    let head = if name.is_empty() { format!("{:11}", "") } else { format!("{:11}", format!("{name}:")) };
    wrap(out, &head, value);
}

/// Folds words to the width, the first line after `head`, the others under it.
fn wrap(out: &mut String, head: &str, words: &str) {
    let indent = head.chars().count();
    let mut line = head.to_string();
    let mut length = indent;
    for word in words.split_whitespace() {
        let n = word.chars().count();
        if length > indent && length + 1 + n > WIDTH {
            out.push_str(line.trim_end());
            out.push('\n');
            line = " ".repeat(indent);
            length = indent;
        }
        if length > indent {
            line.push(' ');
            length += 1;
        }
        line.push_str(word);
        length += n;
    }
    out.push_str(line.trim_end());
    out.push('\n');
}
