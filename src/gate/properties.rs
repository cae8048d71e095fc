//! What has to hold of the gate for any policy and any model.

use super::lock::tests::full;
use super::subject::{ComponentState, Origin, Subject};
use super::*;
use crate::vocabulary::{Availability, Basis, ComponentId, Openness, Verdict};
use proptest::prelude::*;
use serde_json::json;
use std::sync::LazyLock;

static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::load(None).unwrap());

const LADDER: [&str; 5] = ["closed", "weights-available", "open-weights", "open-source", "open-source-open-data"];
const LICENSES: [&str; 4] = ["MIT", "Apache-2.0", "CC-BY-NC-4.0", "LicenseRef-llama-3.2"];
/// Lines of `[user]`: more users, and more that is said of them, are stricter.
const USERS: [&str; 5] = [
    "",
    "monthly-users = 1\n",
    "monthly-users = 800000000\n",
    "monthly-users = 800000000\nyearly-revenue-usd = 1\n",
    "monthly-users = 800000000\nyearly-revenue-usd = 1\nplace = \"DE\"\n",
];
const TERMS: [&str; 3] = ["non-commercial", "user-cap", "attribution"];
const ACTIONS: [&str; 3] = ["allow", "warn", "deny"];
const COMPONENTS: [&str; 2] = ["training-code", "model-card"];
const CONDITIONS: [&str; 3] = ["mof.class >= 3", "osaid.conforms == true", "no.such >= 1"];

/// How strict a policy is, each number on its own scale: more is stricter.
#[derive(Debug, Clone)]
struct Strictness {
    verdict: usize,
    lineage: usize,
    /// Which licenses are not allowed; 0 for a policy without a list.
    not_allowed: u8,
    denied: u8,
    terms: u8,
    components: u8,
    conditions: u8,
    unknown: usize,
    gated: usize,
    hosted: usize,
    pinned: bool,
    tests: usize,
    user: usize,
}

fn some<'a>(list: &[&'a str], bits: u8) -> Vec<&'a str> {
    list.iter().enumerate().filter(|(i, _)| bits & (1 << i) != 0).map(|(_, s)| *s).collect()
}

impl Strictness {
    fn policy(&self) -> Policy {
        let list = |items: Vec<&str>| format!("{items:?}");
        let mut text = format!(
            "[require]\nverdict = \"{}\"\npinned = {}\ncomponents = {}\nframeworks = {}\n[access]\nunknown = \"{}\"\ngated = \"{}\"\nhosted = \"{}\"\n\
             [terms]\ndeny = {}\n[scan]\ntests = \"{}\"\n[licenses]\ndeny = {}\n",
            LADDER[self.verdict],
            self.pinned,
            list(some(&COMPONENTS, self.components)),
            list(some(&CONDITIONS, self.conditions)),
            ACTIONS[self.unknown],
            ACTIONS[self.gated],
            ACTIONS[self.hosted],
            list(some(&TERMS, self.terms)),
            ACTIONS[self.tests],
            list(some(&LICENSES, self.denied)),
        );
        // A list always allows something, so that it can be written.
        if self.not_allowed != 0 {
            let mut allowed = some(&LICENSES, !self.not_allowed);
            allowed.push("Zlib");
            text.push_str(&format!("allow = {}\n", list(allowed)));
        }
        if self.lineage > 0 {
            text.push_str(&format!("[lineage]\nverdict = \"{}\"\n", LADDER[self.lineage - 1]));
        }
        text.push_str(&format!("[user]\n{}", USERS[self.user]));
        // What is never asked: a policy of verdict `closed` and nothing else is one.
        Policy::parse("trulyopen.toml", &text, &RULES).unwrap_or_else(|e| panic!("{text}\n{e}"))
    }

    /// At least as strict as both.
    fn and(&self, o: &Strictness) -> Strictness {
        Strictness {
            verdict: self.verdict.max(o.verdict),
            lineage: self.lineage.max(o.lineage),
            not_allowed: self.not_allowed | o.not_allowed,
            denied: self.denied | o.denied,
            terms: self.terms | o.terms,
            components: self.components | o.components,
            conditions: self.conditions | o.conditions,
            unknown: self.unknown.max(o.unknown),
            gated: self.gated.max(o.gated),
            hosted: self.hosted.max(o.hosted),
            pinned: self.pinned | o.pinned,
            tests: self.tests.max(o.tests),
            user: self.user.max(o.user),
        }
    }
}

prop_compose! {
    fn strictness()(
        verdict in 0..5usize, lineage in 0..6usize, not_allowed in 0..16u8, denied in 0..16u8, terms in 0..8u8, components in 0..4u8,
        conditions in 0..8u8, unknown in 0..3usize, gated in 0..3usize, hosted in 0..3usize, pinned in any::<bool>(), tests in 0..3usize, user in 0..5usize,
        // Most requirements are left out, or nothing would ever pass.
        mask in proptest::collection::vec(0..4u8, 11),
    ) -> Strictness {
        let keep = |i: usize| mask[i] == 0;
        Strictness {
            verdict: if keep(0) { verdict } else { 0 },
            lineage: if keep(1) { lineage } else { 0 },
            not_allowed: if keep(2) { not_allowed } else { 0 },
            denied: if keep(3) { denied } else { 0 },
            terms: if keep(4) { terms } else { 0 },
            components: if keep(5) { components } else { 0 },
            conditions: if keep(6) { conditions } else { 0 },
            unknown, gated: if keep(7) { gated } else { 0 },
            hosted: if keep(8) { hosted } else { 0 },
            pinned: pinned && keep(9), tests,
            user: if keep(10) { user } else { 0 },
        }
    }
}

prop_compose! {
    fn subjects()(
        verdict in 0..5usize, above in 0..3usize, license in proptest::option::of(0..5usize), openness in 0..4usize,
        gated in proptest::option::of(any::<bool>()), code in 0..3usize, class in proptest::option::of(0..4u8), base in 0..6usize,
        conforms in proptest::option::of(any::<bool>()), incomplete in any::<bool>(), hosted in 0..8u8,
    ) -> Subject {
        if hosted == 0 {
            return Subject::hosted("org/name");
        }
        let states = [
            ComponentState { availability: Availability::Released, basis: Basis::Verified, openness: Openness::Open },
            ComponentState { availability: Availability::NotFound, basis: Basis::None, openness: Openness::None },
            ComponentState { availability: Availability::Unknown, basis: Basis::None, openness: Openness::Unknown },
        ];
        let mut s = full("org/name");
        s.origin = Origin::Audited;
        s.verdict = Verdict::from_slug(LADDER[verdict]).unwrap();
        s.possible = Verdict::from_slug(LADDER[(verdict + above).min(4)]).unwrap();
        s.license = license.map(|l| LICENSES.get(l).copied().unwrap_or("nobody-knows").to_string());
        s.openness = Openness::ALL[openness];
        s.terms.clear();
        s.gated = gated;
        s.components = BTreeMap::from([(ComponentId::TrainingCode, states[code]), (ComponentId::ModelCard, states[0])]);
        s.frameworks.clear();
        if let Some(class) = class {
            s.frameworks.insert("mof.class".into(), json!(class));
        }
        if let Some(conforms) = conforms {
            s.frameworks.insert("osaid.conforms".into(), json!(conforms));
        }
        for b in &mut s.lineage {
            b.verdict = Verdict::ALL[base];
        }
        if !incomplete {
            s.incomplete.clear();
        }
        s.findings.clear();
        s
    }
}

/// The same model, of which less is known.
fn blurred(s: &Subject, what: u8) -> Subject {
    let mut out = s.clone();
    if s.origin == Origin::Hosted {
        return out;
    }
    out.incomplete = vec![("huggingface:org/name".into(), "rate limited".into())];
    if what & 1 != 0 {
        out.license = None;
        out.openness = Openness::Unknown;
        out.verdict = out.verdict.min(Verdict::WeightsAvailable);
        out.possible = Verdict::OpenSourceOpenData;
    }
    if what & 2 != 0 {
        out.components
            .values_mut()
            .for_each(|c| *c = ComponentState { availability: Availability::Unknown, basis: Basis::None, openness: Openness::Unknown });
        out.verdict = out.verdict.min(Verdict::OpenWeights);
    }
    if what & 4 != 0 {
        out.gated = None;
    }
    if what & 8 != 0 {
        out.frameworks.clear();
    }
    if what & 16 != 0 {
        out.lineage.iter_mut().for_each(|b| b.verdict = Verdict::Unknown);
    }
    if what & 32 != 0 {
        return Subject::refused("org/name", None, "rate limited");
    }
    out
}

fn exit(policy: &Policy, subject: &Subject, pinned: bool, role: Role) -> Exit {
    let place = Place {
        file: "app.py".into(),
        line: 1,
        column: 1,
        end_column: 9,
        snippet: "org/name".into(),
        snippet_column: 1,
        fingerprint: String::new(),
        pinned: None,
        path: Some("app.py".into()),
    };
    let one = Use {
        place,
        target: Some("org/name".into()),
        revision: subject.requested.clone(),
        pinned,
        hosted: subject.origin == Origin::Hosted,
        role,
        via: String::new(),
        unresolved: None,
    };
    evaluated(policy, &[one], &BTreeMap::from([(subject.key(), subject.clone())]))
}

/// The exit of a whole project without a lock.
fn evaluated(policy: &Policy, uses: &[Use], subjects: &BTreeMap<Key, Subject>) -> Exit {
    let input = Input {
        policy,
        environment: &policy.base,
        uses,
        skipped: &[],
        subjects,
        others: &BTreeMap::new(),
        locked: Locked::No,
        rules: &RULES,
        today: jiff::civil::date(2026, 11, 25),
        whole: true,
    };
    evaluate(&input).exit()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_stricter_policy_never_lets_through_what_a_looser_one_stopped(
        a in strictness(), b in strictness(), subject in subjects(), pinned in any::<bool>(), test in any::<bool>(),
    ) {
        let role = if test { Role::Test } else { Role::Code };
        let loose = exit(&a.policy(), &subject, pinned, role);
        let strict = exit(&a.and(&b).policy(), &subject, pinned, role);
        prop_assert!(loose == Exit::Done || strict != Exit::Done, "{loose:?} became {strict:?}");
    }

    #[test]
    fn knowing_less_never_opens_the_gate(a in strictness(), subject in subjects(), what in 0..64u8, pinned in any::<bool>()) {
        let policy = a.policy();
        let before = exit(&policy, &subject, pinned, Role::Code);
        let after = exit(&policy, &blurred(&subject, what), pinned, Role::Code);
        prop_assert!(before == Exit::Done || after != Exit::Done, "{before:?} became {after:?}");
    }

    /// Neither property is true for want of anything that passes.
    #[test]
    fn a_good_model_passes_a_fair_policy(verdict in 0..3usize) {
        let fair = Strictness {
            verdict, lineage: 0, not_allowed: 0b1100, denied: 0, terms: 1, components: 2, conditions: 0, unknown: 2, gated: 2, hosted: 2,
            pinned: true, tests: 2, user: 3,
        };
        let mut good = full("org/name");
        good.components.insert(ComponentId::ModelCard, ComponentState { availability: Availability::Released, basis: Basis::Verified, openness: Openness::Open });
        good.incomplete.clear();
        good.revision = good.requested.clone();
        prop_assert_eq!(exit(&fair.policy(), &good, true, Role::Code), Exit::Done);
    }
}

#[test]
fn what_is_allowed_behind_an_api_is_not_allowed_as_weights() {
    let policy = Policy::parse("t", "[require]\nverdict = \"open-weights\"\n[access]\nhosted = \"allow\"\n", &RULES).unwrap();
    let mut weights = full("org/name");
    weights.verdict = Verdict::WeightsAvailable;
    weights.possible = Verdict::WeightsAvailable;
    weights.requested = None;
    weights.incomplete.clear();
    let place = |line| Place {
        file: "a.py".into(),
        line,
        column: 1,
        end_column: 2,
        snippet: "x".into(),
        snippet_column: 1,
        fingerprint: String::new(),
        pinned: None,
        path: Some("a.py".into()),
    };
    let one = |hosted: bool, line| Use {
        place: place(line),
        target: Some("org/name".into()),
        revision: None,
        pinned: false,
        hosted,
        role: Role::Code,
        via: String::new(),
        unresolved: None,
    };
    let all = [Subject::hosted("org/name"), weights];
    let subjects: BTreeMap<Key, Subject> = all.into_iter().map(|s| (s.key(), s)).collect();
    let judge = |uses: &[Use]| evaluated(&policy, uses, &subjects);
    assert_eq!(judge(&[one(true, 1)]), Exit::Done);
    assert_eq!(judge(&[one(true, 1), one(false, 2)]), Exit::Violated);
}

/// Names come from strangers, and every format holds them.
#[test]
fn hostile_names_are_harmless_in_every_format() {
    use crate::render::Style;
    use crate::render::check::{CheckReport, FORMATS, ModelOut, PolicyOut, Summary, github};
    let name = "a/b\u{202e}\u{1b}[2J\n::error::x,y%0A|<script>]]>&`@all`";
    let mut subject = Subject::refused(name, Some("r\n::warning::"), "because\n::error::\u{0}");
    subject.license = Some("MIT\u{202e}\n".into());
    let policy = Policy::parse("t\n.toml", "[require]\nverdict = \"open-weights\"\n", &RULES).unwrap();
    let place = |snippet: &str| Place {
        file: "a\n::error::,:%.py".into(),
        line: 1,
        column: 3,
        end_column: 900,
        snippet: snippet.into(),
        snippet_column: 1,
        fingerprint: String::new(),
        pinned: None,
        path: Some("a".into()),
    };
    let one = Use {
        place: place("\u{202e}\u{1b}x\t\r\n::error::"),
        target: Some(name.into()),
        revision: subject.requested.clone(),
        pinned: false,
        hosted: false,
        role: Role::Code,
        via: String::new(),
        unresolved: None,
    };
    let subjects = BTreeMap::from([(subject.key(), subject.clone())]);
    let input = Input {
        policy: &policy,
        environment: &policy.base,
        uses: &[one],
        skipped: &[(place(""), "\u{1b}\n::error::".into())],
        subjects: &subjects,
        others: &BTreeMap::new(),
        locked: Locked::No,
        rules: &RULES,
        today: jiff::civil::date(2026, 11, 25),
        whole: true,
    };
    let outcome = evaluate(&input);
    assert_eq!(outcome.exit(), Exit::Incomplete);
    let mut summary = Summary::default();
    summary.count(&outcome.violations);
    let report = CheckReport {
        schema_version: "1",
        tool: crate::report::Report::new(&RULES, Vec::new()).tool,
        policy: PolicyOut { file: policy.file.clone(), digest: String::new(), profile: None, mode: "inventory" },
        locked: "no",
        baseline: None,
        exit: 3,
        summary,
        accept: hints::skeletons(&outcome.violations, &input),
        violations: outcome.violations,
        excused: Vec::new(),
        excluded: Vec::new(),
        models: vec![ModelOut {
            target: name.into(),
            requested: None,
            hub: String::new(),
            id: name.into(),
            revision: None,
            url: name.into(),
            verdict: Verdict::Unknown,
            verdict_possible: Verdict::Unknown,
            license: subject.license.clone(),
            terms: Vec::new(),
            gated: None,
            known_from: "audited",
            places: Vec::new(),
        }],
        datasets: Vec::new(),
        rules: Vec::new(),
    };
    for format in FORMATS {
        let out = (format.render)(&report, Style { width: 80, colour: false, verbosity: 1 });
        assert!(!out.chars().any(|c| c != '\n' && crate::text::is_steering(c)), "{}: {out:?}", format.name);
        let commands: Vec<&str> = out.lines().filter(|l| l.starts_with("::")).collect();
        assert!(commands.iter().all(|c| format.name == "github" && c.contains(" file=")), "{}: {commands:?}", format.name);
        match format.name {
            "json" | "sarif" => assert!(serde_json::from_str::<serde_json::Value>(&out).is_ok()),
            "junit" => assert!(quick_junit::Report::deserialize_from_str(&out).is_ok(), "{out}"),
            _ => {}
        }
    }
    let page = github::summary(&report);
    assert!(!page.contains("<script>") && !page.contains("@all") && page.lines().all(|l| !l.starts_with("::")), "{page}");
    // What is printed to be copied is TOML that says this name and nothing else.
    let skeleton: toml::Table = toml::from_str(&report.accept[0]).unwrap();
    let pattern = skeleton["exception"][0]["model"].as_str().unwrap();
    assert!(crate::policy::Pattern::model(pattern).unwrap().fits_model(name), "{pattern:?}");
}
