//! From the text of a policy to a [`Policy`], with every mistake in it.

use super::entries::{clarification, exception, severity};
use super::licenses::{self, Entry, LicenseSet};
use super::lists::{components, conditions, exclusion, paths, pattern, place, terms};
use super::read::{At, Item, Problem, Reader, Section, shown};
use super::*;
use crate::license;
use crate::vocabulary::Verdict;
use toml::de::{DeTable, DeValue};

const ACTIONS: &[(&str, Action)] = &[("deny", Action::Deny), ("warn", Action::Warn), ("allow", Action::Allow)];
/// `deny` and `warn` only.
const LOUD: &[(&str, Action)] = &[("deny", Action::Deny), ("warn", Action::Warn)];
type Groups = BTreeMap<String, Vec<Entry>>;

/// Reads a policy.
pub fn parse(file: &str, content: &str, rules: &Rules) -> Result<Policy, Vec<Problem>> {
    let (document, errors) = DeTable::parse_recoverable(content);
    if !errors.is_empty() {
        let problem = |e: &toml::de::Error| Problem { span: e.span().unwrap_or(0..0), message: e.message().to_string(), help: None };
        return Err(errors.iter().map(problem).collect());
    }
    let mut r = Reader::default();
    let mut policy = Policy { file: file.to_string(), text: content.to_string(), ..Policy::default() };
    let mut top = Section::new("", document.get_ref(), 0..0);
    schema(&mut top, &mut r);
    if let Some(item) = top.take("mode") {
        policy.inventory = r.choice(&item, &[("enforce", false), ("inventory", true)]).is_some_and(|m| m.value);
    }
    let groups = groups(document.get_ref(), rules, &mut r);
    policy.base = settings("", &mut top, &groups, rules, &mut r, Some(&mut policy.include), Some(&mut policy.exclude));
    if let Some(item) = top.take("profile")
        && let Some(mut section) = r.table("profile", &item)
    {
        for item in section.all() {
            profile(&item, &groups, rules, &mut r, &mut policy.profiles);
        }
    }
    if let Some(item) = top.take("exception") {
        policy.exceptions = r.tables("exception", &item).into_iter().filter_map(|s| exception(s, rules, &mut r)).collect();
    }
    if let Some(item) = top.take("clarify") {
        policy.clarifications = r.tables("clarify", &item).into_iter().filter_map(|s| clarification(s, rules, &mut r)).collect();
    }
    top.finish(&mut r);
    if r.problems.is_empty() {
        check_purpose(&policy, content, &mut r);
    }
    if r.problems.is_empty() { Ok(policy) } else { Err(r.problems) }
}

fn schema(top: &mut Section<'_>, r: &mut Reader) {
    let Some(item) = top.take("schema") else { return };
    if !matches!(item.value, DeValue::Integer(i) if i.as_str() == "1" && i.radix() == 10) {
        r.problem(item.span, "this version reads policies of schema 1 only", None);
    }
}

/// A policy that asks for nothing must say so, or it would open the gate unseen.
fn check_purpose(policy: &Policy, content: &str, r: &mut Reader) {
    let asks = policy.base.requires_something() || policy.profiles.iter().any(|p| p.settings.requires_something());
    let end = content.trim_end().len();
    let whole = content.len() - content.trim_start().len()..end;
    let first = whole.start..content.get(whole.clone()).and_then(|s| s.find('\n')).map_or(end, |n| whole.start + n);
    if policy.inventory && asks {
        r.problem(
            first,
            "`mode = \"inventory\"` lists models and requires nothing, yet this policy requires something",
            Some("leave `mode` out, or leave the requirements out".into()),
        );
    } else if !policy.inventory && !asks {
        r.problem(
            first,
            "the policy requires nothing, so every model would pass",
            Some("require something, as in `[require]` with `verdict = \"open-weights\"`; or say `mode = \"inventory\"`".into()),
        );
    }
}

fn groups(top: &DeTable<'_>, rules: &Rules, r: &mut Reader) -> Groups {
    let mut groups = Groups::new();
    let found = top.iter().find(|(k, _)| k.get_ref() == "licenses").and_then(|(_, v)| v.get_ref().as_table());
    let Some((key, value)) = found.and_then(|t| t.iter().find(|(k, _)| k.get_ref() == "groups")) else { return groups };
    let item = Item { key: "groups".into(), key_span: key.span(), value: value.get_ref(), span: value.span() };
    let Some(mut section) = r.table("licenses.groups", &item) else { return groups };
    for item in section.all() {
        if licenses::GROUPS.iter().any(|(g, _)| *g == item.key) || license::find(rules, &item.key).is_some() {
            r.problem(item.key_span, format!("`{}` has a meaning already", shown(&item.key)), Some("give the group another name".into()));
            continue;
        }
        let set = license_set(&item, &Groups::new(), rules, r);
        groups.insert(item.key, set.entries.into_iter().map(|e| e.value).collect());
    }
    groups
}

fn license_set(item: &Item<'_>, groups: &Groups, rules: &Rules, r: &mut Reader) -> LicenseSet {
    let mut entries = Vec::new();
    for word in r.strings(item) {
        match licenses::parse(&word.value, groups, rules) {
            Ok(found) => entries.extend(found.into_iter().map(|e| At::new(e, word.span.clone()))),
            Err((message, help)) => r.problem(word.span, message, help),
        }
    }
    LicenseSet { entries, span: item.key_span.clone() }
}

/// The sections that the file and each profile may have. `prefix` is `profile.NAME.` in one.
fn settings(
    prefix: &str,
    top: &mut Section<'_>,
    groups: &Groups,
    rules: &Rules,
    r: &mut Reader,
    include: Option<&mut Vec<At<String>>>,
    exclude: Option<&mut Vec<Exclusion>>,
) -> Settings {
    let mut s = Settings::default();
    if let Some(mut t) = section(prefix, "require", top, r) {
        s.verdict = t.take("verdict").and_then(|i| verdict(&i, r));
        s.components = t.take("components").map(|i| components(&i, r));
        s.frameworks = t.take("frameworks").map(|i| conditions(&i, r));
        s.pinned = t.take("pinned").and_then(|i| r.boolean(&i));
        t.finish(r);
    }
    if let Some(mut t) = section(prefix, "licenses", top, r) {
        s.allow = t.take("allow").map(|i| {
            let set = license_set(&i, groups, rules, r);
            if matches!(i.value, DeValue::Array(a) if a.is_empty()) {
                r.problem(
                    i.span.clone(),
                    "an empty list allows no license at all",
                    Some("leave the key out to allow every license".into()),
                );
            }
            set
        });
        s.deny = t.take("deny").map(|i| license_set(&i, groups, rules, r));
        if prefix.is_empty() {
            // Read before everything else, since lists use them.
            t.take("groups");
        }
        t.finish(r);
    }
    if let Some(mut t) = section(prefix, "terms", top, r) {
        s.terms_deny = t.take("deny").map(|i| terms(&i, rules, r));
        s.terms_warn = t.take("warn").map(|i| terms(&i, rules, r));
        t.finish(r);
    }
    if let Some(mut t) = section(prefix, "user", top, r) {
        s.place = t.take("place").and_then(|i| place(&i, rules, r));
        s.monthly_users = t.take("monthly-users").and_then(|i| r.number(&i));
        s.users = t.take("users").and_then(|i| r.number(&i));
        s.yearly_revenue_usd = t.take("yearly-revenue-usd").and_then(|i| r.number(&i));
        t.finish(r);
    }
    if let Some(mut t) = section(prefix, "access", top, r) {
        s.unknown = t.take("unknown").and_then(|i| r.choice(&i, ACTIONS));
        s.gated = t.take("gated").and_then(|i| r.choice(&i, ACTIONS));
        s.hosted = t.take("hosted").and_then(|i| r.choice(&i, ACTIONS));
        t.finish(r);
    }
    if let Some(mut t) = section(prefix, "lineage", top, r) {
        s.lineage_verdict = t.take("verdict").and_then(|i| verdict(&i, r));
        s.undeclared = t.take("undeclared").and_then(|i| r.choice(&i, ACTIONS));
        t.finish(r);
    }
    if let Some(mut t) = section(prefix, "scan", top, r) {
        s.unresolved = t.take("unresolved").and_then(|i| r.choice(&i, ACTIONS));
        s.skipped = t.take("skipped").and_then(|i| r.choice(&i, LOUD));
        s.tests = t.take("tests").and_then(|i| r.choice(&i, ACTIONS));
        s.examples = t.take("examples").and_then(|i| r.choice(&i, ACTIONS));
        t.finish(r);
    }
    if let Some(mut t) = section(prefix, "models", top, r) {
        s.models_deny = t.take("deny").map(|i| {
            let words = r.strings(&i);
            words.into_iter().filter_map(|w| pattern(w, Pattern::model, r)).collect()
        });
        if let Some(out) = include
            && let Some(i) = t.take("include")
        {
            *out = r.strings(&i);
        }
        if let Some(out) = exclude
            && let Some(i) = t.take("exclude")
        {
            *out = r.list(&i).iter().filter_map(|i| exclusion(i, r)).collect();
        }
        t.finish(r);
    }
    if let Some(mut t) = section(prefix, "rules", top, r) {
        for item in t.all() {
            severity(&item, rules, r, &mut s.severities);
        }
    }
    s
}

fn section<'a>(prefix: &str, name: &'static str, top: &mut Section<'a>, r: &mut Reader) -> Option<Section<'a>> {
    let item = top.take(name)?;
    r.table(&format!("{prefix}{name}"), &item)
}

fn verdict(item: &Item<'_>, r: &mut Reader) -> Option<At<Verdict>> {
    let choices: Vec<(&'static str, Verdict)> = Verdict::ALL.iter().filter(|v| **v != Verdict::Unknown).map(|v| (v.slug(), *v)).collect();
    r.choice(item, &choices)
}

fn profile(item: &Item<'_>, groups: &Groups, rules: &Rules, r: &mut Reader, out: &mut Vec<Profile>) {
    let prefix = format!("profile.{}", item.key);
    let Some(mut t) = r.table(&prefix, item) else { return };
    let at = t.take("paths");
    let paths = at.as_ref().map(|i| paths(i, r)).unwrap_or_default();
    if at.as_ref().is_some_and(|i| matches!(i.value, DeValue::Array(a) if a.is_empty())) {
        r.problem(item.key_span.clone(), "this profile holds nowhere", Some("leave `paths` out to ask for it by name".into()));
    }
    let settings = settings(&format!("{prefix}."), &mut t, groups, rules, r, None, None);
    t.finish(r);
    out.push(Profile { name: item.key.clone(), span: item.key_span.clone(), paths, settings });
}

#[cfg(test)]
mod tests {
    use super::super::preset::PRESETS;
    use super::*;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::load(None).unwrap());

    fn read(text: &str) -> Result<Policy, String> {
        Policy::parse("trulyopen.toml", text, &RULES).map_err(|e| e.to_string())
    }

    #[test]
    fn every_preset_says_what_it_means() {
        let by = |name: &str| read(PRESETS.iter().find(|p| p.name == name).unwrap().text).unwrap();
        let permissive = by("permissive-commercial");
        assert_eq!(permissive.base.verdict.as_ref().unwrap().value, Verdict::OpenWeights);
        assert_eq!(permissive.base.allow.as_ref().unwrap().entries[0].value, Entry::Group("permissive".into()));
        assert!(permissive.base.terms_deny.as_ref().unwrap().iter().any(|t| t.value == "non-commercial"));
        assert_eq!(permissive.base.on_hosted(), Action::Deny);
        assert_eq!(permissive.base.on_unknown(), Action::Deny);
        assert!(!permissive.inventory);
        let strict = by("strict-open-source");
        assert_eq!(strict.base.verdict.as_ref().unwrap().value, Verdict::OpenSource);
        assert!(strict.base.pinned.as_ref().unwrap().value);
        assert_eq!(strict.base.components.as_ref().unwrap().len(), 2);
        assert_eq!(strict.base.undeclared.as_ref().unwrap().value, Action::Deny);
        let inventory = by("inventory-only");
        assert!(inventory.inventory && !inventory.base.requires_something());
    }

    /// What stands in a preset as a comment has to be right when it is uncommented.
    #[test]
    fn commented_keys_of_the_presets_are_keys() {
        for preset in PRESETS {
            let key = |l: &str| {
                let l = l.strip_prefix("# ")?;
                (l.starts_with('[') || l.contains(" = ")).then(|| l.replace("\"…\"", "\"x\""))
            };
            let text: Vec<String> = preset.text.lines().map(|l| key(l).unwrap_or_else(|| l.to_string())).collect();
            read(&text.join("\n")).unwrap_or_else(|e| panic!("{}: {e}", preset.name));
        }
    }

    #[test]
    fn all_mistakes_are_shown_at_their_lines() {
        let text = r#"schema = 1
[require]
verdct = "open-weights"
verdict = "open-wieghts"
components = ["training-cod", 3]
frameworks = ["mof.class"]
[licenses]
allow = ["Apache-2.O", "gpl"]
[terms]
deny = ["non-comercial"]
[access]
unknown = false
[rules]
"policy/verdict" = "off"
"evidence/incomplete" = "note"
[[exception]]
model = "*"
reason = ""
expires = "2027-01-01"
[[clarify]]
digest = "sha256:abc"
license = "MTI"
"#;
        insta::assert_snapshot!(read(text).unwrap_err());
    }

    #[test]
    fn a_policy_that_opens_the_gate_unseen_is_refused() {
        for (text, said) in [
            ("", "requires nothing"),
            ("# nothing\n", "requires nothing"),
            ("schema = 1\n[licenses]\ndeny = []\n", "requires nothing"),
            ("[terms]\nwarn = [\"attribution\"]\n", "requires nothing"),
            ("mode = \"inventory\"\n[require]\nverdict = \"closed\"\n", "requires something"),
            ("schema = 2\n[require]\nverdict = \"open-weights\"", "schema 1"),
            ("[require]\nverdict = \"unknown\"", "cannot be `unknown`"),
            ("[require]\nverdict = \"open-weights\"\n[scan]\nskipped = \"allow\"", "cannot be `allow`"),
            ("[require]\nverdict = \"open-weights\"\n[models]\nexclude = [\"org/*\"]", "needs a reason"),
            ("[require]\nverdict = \"open-weights\"\n[models]\nexclude = [{ model = \"*\", reason = \"x\" }]", "everything"),
            ("[require]\nverdict = \"open-weights\"\n[models]\nexclude = [{ paths = [\"**\"], reason = \"x\" }]", "everything"),
            (
                "[require]\nverdict = \"open-weights\"\n[[exception]]\nmodel = \"*\"\nrules = [\"policy/verdict\"]",
                "no `reason`, `owner` and `expires`",
            ),
            ("[require]\nverdict = \"open-weights\"\n[profile.x]\npaths = []\n", "nowhere"),
            ("<<<<<<< ours\n[require]\n", "trulyopen.toml:1"),
            ("[require]\nverdict = \"open-weights\"\nverdict = \"closed\"", "duplicate key"),
        ] {
            let e = read(text).unwrap_err();
            assert!(e.contains(said), "{text}: {e}");
        }
    }

    #[test]
    fn an_exception_needs_everything_and_keeps_it() {
        let text = "[require]\nverdict = \"open-weights\"\n[[exception]]\nmodel = \"Org/Name\"\nrules = [\"policy/verdict\"]\n\
                    reason = \"r\"\nowner = \"o\"\nexpires = 2027-02-28\n";
        let policy = read(text).unwrap();
        let e = &policy.exceptions[0];
        assert!(e.model.fits_model("org/name"));
        assert_eq!(e.expires.value, jiff::civil::date(2027, 2, 28));
        assert!(read(&text.replace("2027-02-28", "2027-02-30")).is_err());
        assert!(read(&text.replace("2027-02-28", "\"2027-02-28\"")).unwrap_err().contains("has to be a date"));
    }

    #[test]
    fn profiles_are_laid_over_the_base_key_by_key() {
        let policy = read(
            "[require]\nverdict = \"open-source\"\npinned = true\n[profile.research]\npaths = [\"research/**\"]\n\
             require.verdict = \"weights-available\"\n[profile.production.licenses]\nallow = [\"MIT\"]\n",
        )
        .unwrap();
        assert_eq!(policy.indices_at(Some("src/a.py")), [0]);
        let index = policy.indices_at(Some("research/a.py"));
        assert_eq!(index.len(), 1);
        let research = policy.profiles[index[0] - 1].settings.over(&policy.base);
        assert_eq!(research.verdict.as_ref().unwrap().value, Verdict::WeightsAvailable);
        assert!(research.pinned.as_ref().unwrap().value);
        assert!(policy.in_environment(Some("production")).unwrap().allow.is_some());
        assert!(policy.in_environment(Some("research")).is_err());
        assert!(policy.in_environment(Some("nope")).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_parsed_or_refused(text in "(.|\n){0,200}") {
            let _ = read(&text);
        }

        #[test]
        fn any_values_of_known_keys_are_parsed_or_refused(
            parts in proptest::collection::vec((
                prop_oneof![Just("require"), Just("licenses"), Just("licenses.groups"), Just("terms"), Just("access"), Just("models"),
                    Just("rules"), Just("profile.x"), Just("profile.x.require"), Just("scan"), Just("lineage")],
                prop_oneof![Just("verdict"), Just("allow"), Just("deny"), Just("groups"), Just("unknown"), Just("components"),
                    Just("frameworks"), Just("exclude"), Just("include"), Just("paths"), Just("\"policy/verdict\"")],
                prop_oneof![Just("1"), Just("\"open\""), Just("[]"), Just("[\"MIT\", 1, {}]"), Just("{ id = 1 }"), Just("true"),
                    Just("2027-01-01"), Just("[\"mof.class >= 3\"]"), Just("[[1]]"), Just("\"\u{202e}\"")],
            ), 0..6),
        ) {
            let text: String = parts.iter().map(|(table, key, value)| format!("[{table}]\n{key} = {value}\n")).collect();
            let _ = read(&text);
        }
    }
}
