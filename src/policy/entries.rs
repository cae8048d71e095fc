//! Entries of a policy about rules and texts: severities, exceptions, clarifications.

use super::lists::{is_everywhere, paths, pattern};
use super::read::{At, Item, Reader, Section, closest, names, shown};
use super::*;
use crate::{license, text};
use toml::de::DeValue;

/// Rules whose severity a project cannot choose: there is a key of its own for each, or there is no
/// honest reason to.
const FIXED: &[(&str, &str)] = &[
    ("evidence/incomplete", "set `access.unknown`"),
    ("exception/expired", "remove the exception, or set a new day"),
    ("lock/unlocked", "take the model into the lock with `trulyopen check --update-lock`"),
    ("scan/unresolved", "set `scan.unresolved`"),
    ("scan/skipped", "set `scan.skipped`"),
    ("policy/gated", "set `access.gated`"),
    ("policy/hosted", "set `access.hosted`"),
];

const LEVELS: &[(&str, Option<Severity>)] =
    &[("error", Some(Severity::Error)), ("warning", Some(Severity::Warning)), ("note", Some(Severity::Note)), ("off", None)];

/// The rule of an id, which is one of the gate's or a finding of audits.
pub(super) fn rule_id(word: &str, span: &Range<usize>, rules: &Rules, r: &mut Reader) -> bool {
    if rules.findings.contains_key(word) {
        return true;
    }
    let help = closest(word, rules.findings.keys().map(String::as_str))
        .map_or("`trulyopen explain --list` lists them".to_string(), |n| format!("did you mean `{n}`?"));
    r.problem(span.clone(), format!("no rule is called `{}`", shown(word)), Some(help));
    false
}

pub(super) fn severity(item: &Item<'_>, rules: &Rules, r: &mut Reader, out: &mut BTreeMap<String, At<Option<Severity>>>) {
    if !rule_id(&item.key, &item.key_span, rules, r) {
        return;
    }
    if let Some((_, instead)) = FIXED.iter().find(|(id, _)| *id == item.key) {
        r.problem(item.key_span.clone(), format!("the severity of `{}` is not set here", item.key), Some((*instead).into()));
        return;
    }
    let Some(level) = r.choice(item, LEVELS) else { return };
    if level.value.is_none() && item.key.starts_with("policy/") {
        let help = "leave the requirement out, or lower it to `warning`";
        r.problem(level.span, format!("`{}` is what the policy itself asks for", item.key), Some(help.into()));
        return;
    }
    out.insert(item.key.clone(), level);
}

/// Rules that no exception excuses.
const INEXCUSABLE: &[&str] = &["exception/expired", "exception/unused", "clarify/unused", "exclude/unused", "lock/stale"];

pub(super) fn exception(mut t: Section<'_>, rules: &Rules, r: &mut Reader) -> Option<Exception> {
    let span = t.span();
    let model = t.take("model").map(|i| r.string(&i).and_then(|w| pattern(w, Pattern::model, r)));
    let at = t.take("rules");
    let listed = at.as_ref().map(|i| r.strings(i));
    let paths = t.take("paths").map(|i| paths(&i, r)).unwrap_or_default();
    let reason = t.take("reason").map(|i| r.string(&i));
    let owner = t.take("owner").map(|i| r.string(&i));
    let expires = t.take("expires").map(|i| r.date(&i));
    t.finish(r);
    let missing: Vec<&str> = [
        ("model", model.is_none()),
        ("rules", listed.is_none()),
        ("reason", reason.is_none()),
        ("owner", owner.is_none()),
        ("expires", expires.is_none()),
    ]
    .into_iter()
    .filter_map(|(k, m)| m.then_some(k))
    .collect();
    if !missing.is_empty() {
        let help = "an exception says which model and which rules, why, who answers for it, and until which day";
        r.problem(span.clone(), format!("this exception has no {}", names(&missing)), Some(help.into()));
    }
    if let Some(Some(model)) = &model
        && model.value.matches_all()
        && is_everywhere(&paths)
    {
        r.problem(model.span.clone(), "this exception excuses every model", Some("name the model, or the directory in `paths`".into()));
    }
    let listed = listed?;
    if listed.is_empty()
        && let Some(at) = &at
        && matches!(at.value, DeValue::Array(a) if a.is_empty())
    {
        r.problem(at.span.clone(), "this exception excuses nothing", Some("name the rules, as diagnostics show them in brackets".into()));
    }
    for word in &listed {
        if rule_id(&word.value, &word.span, rules, r) && INEXCUSABLE.contains(&word.value.as_str()) {
            r.problem(word.span.clone(), format!("no exception excuses `{}`", word.value), None);
        }
    }
    Some(Exception {
        model: model??.value,
        rules: listed.into_iter().map(|w| w.value).collect(),
        paths,
        reason: reason??.value,
        owner: owner??.value,
        expires: expires??,
        span,
    })
}

pub(super) fn clarification(mut t: Section<'_>, rules: &Rules, r: &mut Reader) -> Option<Clarification> {
    let span = t.span();
    let digest = t.take("digest").and_then(|i| r.string(&i));
    let license = t.take("license").and_then(|i| r.string(&i));
    let reason = t.take("reason").and_then(|i| r.string(&i));
    t.finish(r);
    if digest.is_none() || license.is_none() || reason.is_none() {
        let help = "it needs `digest = \"sha256:…\"` of the license text, `license` and `reason`";
        r.problem(span.clone(), "this clarification is not complete", Some(help.into()));
    }
    let hex = digest.as_ref().and_then(|d| {
        let hex = d.value.strip_prefix("sha256:")?.to_lowercase();
        (hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_hexdigit())).then_some(hex)
    });
    if let (Some(d), None) = (&digest, &hex) {
        let help = "as `sha256sum FILE` prints them, and as diagnostics show them";
        r.problem(d.span.clone(), "a digest is `sha256:` and 64 hexadecimal digits", Some(help.into()));
    }
    let known = license.as_ref().and_then(|l| license::find(rules, &l.value).filter(|k| !k.is_ambiguous()).map(|k| k.id().to_string()));
    if let (Some(l), None) = (&license, &known) {
        let help = closest(&l.value, rules.licenses.iter().map(|x| x.id.get_ref().as_str()))
            .map_or("it is an SPDX id, or one of the rules (`--rules` adds some)".to_string(), |n| format!("did you mean `{n}`?"));
        r.problem(l.span.clone(), format!("no one license is called `{}`", text::cut(&l.value, 60)), Some(help));
    }
    Some(Clarification { digest: hex?, license: known?, reason: reason?.value, span })
}
