//! Lists in a policy: patterns, terms, conditions, components, exclusions.

use super::condition::Condition;
use super::read::{At, Item, Reader, closest, names, shown};
use super::*;
use crate::rules;
use toml::de::DeValue;

pub(super) fn pattern(word: At<String>, make: fn(&str) -> Result<Pattern, String>, r: &mut Reader) -> Option<At<Pattern>> {
    match make(&word.value) {
        Ok(pattern) => Some(At::new(pattern, word.span)),
        Err(e) => {
            r.problem(word.span, format!("`{}` is no pattern: {e}", shown(&word.value)), None);
            None
        }
    }
}

pub(super) fn paths(item: &Item<'_>, r: &mut Reader) -> Vec<Pattern> {
    let words = r.strings(item);
    words.into_iter().filter_map(|w| pattern(w, Pattern::path, r)).map(|p| p.value).collect()
}

pub(super) fn terms(item: &Item<'_>, rules: &Rules, r: &mut Reader) -> Vec<At<String>> {
    let words = r.strings(item);
    let mut out = Vec::new();
    for word in words {
        if rules.terms.contains_key(&word.value) {
            out.push(word);
            continue;
        }
        let help = closest(&word.value, rules.terms.keys().map(String::as_str)).map(|n| format!("did you mean `{n}`?"));
        let list = || format!("terms are {}", names(&rules.terms.keys().collect::<Vec<_>>()));
        r.problem(word.span, format!("no license term is called `{}`", shown(&word.value)), Some(help.unwrap_or_else(list)));
    }
    out
}

/// A country's code, or a group of places that the rules know.
pub(super) fn place(item: &Item<'_>, rules: &Rules, r: &mut Reader) -> Option<At<String>> {
    let word = r.string(item)?;
    if rules.places.contains_key(&word.value) || rules::is_country(&word.value) {
        return Some(word);
    }
    let groups = names(&rules.places.keys().collect::<Vec<_>>());
    let help = format!("write a country's code in two capitals (ISO 3166-1, as in `DE`), or {groups}");
    r.problem(word.span, format!("`{}` is no place", shown(&word.value)), Some(help));
    None
}

pub(super) fn conditions(item: &Item<'_>, r: &mut Reader) -> Vec<At<Condition>> {
    let words = r.strings(item);
    let mut out = Vec::new();
    for word in words {
        match Condition::parse(&word.value) {
            Ok(c) => out.push(At::new(c, word.span)),
            Err(e) => r.problem(word.span, format!("`{}`: {e}", shown(&word.value)), None),
        }
    }
    out
}

/// `"training-code"`, or `{ id = "datasets", availability = ["released", "described"], license = "open" }`.
pub(super) fn components(item: &Item<'_>, r: &mut Reader) -> Vec<At<ComponentNeed>> {
    let ids: Vec<(&'static str, ComponentId)> = ComponentId::ALL.iter().map(|c| (c.slug(), *c)).collect();
    let mut out = Vec::new();
    for item in r.list(item) {
        if let DeValue::Table(_) = item.value {
            let Some(mut t) = r.table("require.components", &item) else { continue };
            let id = t.take("id").and_then(|i| r.choice(&i, &ids));
            let mut availability = vec![Availability::Released];
            if let Some(list) = t.take("availability") {
                // States in which nothing can be had are no requirement.
                let states: Vec<(&'static str, Availability)> =
                    [Availability::Released, Availability::Gated, Availability::Partial, Availability::Described]
                        .map(|a| (a.slug(), a))
                        .to_vec();
                availability = r.list(&list).iter().filter_map(|i| r.choice(i, &states)).map(|a| a.value).collect();
            }
            let open = t.take("license").and_then(|i| r.choice(&i, &[("open", true), ("any", false)])).is_some_and(|l| l.value);
            t.finish(r);
            match id {
                Some(id) => out.push(At::new(ComponentNeed { id: id.value, availability, open }, item.span)),
                None => r.problem(item.span, "a required component needs an `id`", None),
            }
        } else if let Some(id) = r.choice(&item, &ids) {
            out.push(At::new(ComponentNeed { id: id.value, availability: vec![Availability::Released], open: false }, id.span));
        }
    }
    out
}

/// `"org/name"`, or `{ model = "org/*", paths = ["docs/**"], reason = "…" }`.
pub(super) fn exclusion(item: &Item<'_>, r: &mut Reader) -> Option<Exclusion> {
    const FORM: &str = "{ model = \"org/*\", paths = [\"docs/**\"], reason = \"…\" }";
    if matches!(item.value, DeValue::String(_)) {
        let word = r.string(item)?;
        if word.value.contains(['*', '?', '[', '{']) {
            r.problem(word.span, "a pattern that is excluded needs a reason", Some(format!("write it as {FORM}")));
            return None;
        }
        let model = pattern(word, Pattern::model, r)?;
        return Some(Exclusion { model: Some(model.value), paths: Vec::new(), reason: String::new(), span: model.span });
    }
    let mut t = r.table("models.exclude", item)?;
    let model = t.take("model").and_then(|i| r.string(&i)).and_then(|w| pattern(w, Pattern::model, r)).map(|p| p.value);
    let paths = t.take("paths").map(|i| paths(&i, r)).unwrap_or_default();
    let reason = t.take("reason").and_then(|i| r.string(&i));
    t.finish(r);
    let span = item.span.clone();
    if reason.is_none() {
        r.problem(span.clone(), "an exclusion needs a `reason`", Some(format!("write it as {FORM}")));
    }
    if model.as_ref().is_none_or(Pattern::matches_all) && is_everywhere(&paths) {
        r.problem(span, "this exclusion leaves everything out", Some("name a model or a directory".into()));
        return None;
    }
    Some(Exclusion { model, paths, reason: reason?.value, span: item.span.clone() })
}

/// Whether patterns leave no path out.
pub(super) fn is_everywhere(paths: &[Pattern]) -> bool {
    paths.is_empty() || paths.iter().any(|p| p.fits_path("\u{1}/\u{2}/\u{3}") || p.fits_path("\u{1}"))
}
