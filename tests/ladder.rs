//! What must hold of verdicts and frameworks whatever was found: more openness never lowers an answer, less
//! never raises one, and the ladder and the Open Source AI Definition say the same.

use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::OnceLock;
use trulyopen::audit::{Judgement, Options, conclude};
use trulyopen::component::{Component, ComponentLicense, Components};
use trulyopen::framework::{self, Evaluated, Evaluations};
use trulyopen::license::{self, conclude::Part};
use trulyopen::lineage::{Judged, Lineage};
use trulyopen::rules::Rules;
use trulyopen::verdict::Standing;
use trulyopen::vocabulary::*;

fn rules() -> &'static Rules {
    static RULES: OnceLock<Rules> = OnceLock::new();
    RULES.get_or_init(|| Rules::load(None).expect("built-in rules"))
}

/// Licenses from the most open to none, with what they are for every kind of content.
const LICENSES: [(Option<&str>, Openness); 4] =
    [(Some("Apache-2.0"), Openness::Open), (None, Openness::Unknown), (Some("CC-BY-NC-4.0"), Openness::Restricted), (None, Openness::None)];

fn component(id: ComponentId, availability: Availability, basis: Basis, license: usize) -> Component {
    let (expression, openness) = LICENSES[license];
    Component {
        id,
        availability,
        basis,
        license: ComponentLicense { expression: expression.map(str::to_string), openness, type_appropriate: None },
        evidence: Vec::new(),
        summary: "made up".into(),
        gap: None,
    }
}

/// Everything that an answer rests on.
#[derive(Debug, Clone)]
struct World {
    components: Vec<(Availability, Basis, usize)>,
    license: usize,
    access: Tri,
    ancestors: Vec<Verdict>,
    strict: bool,
}

fn world() -> impl Strategy<Value = World> {
    // Released and verified more often than not, so that the upper rungs are reached.
    let availability = prop_oneof![
        6 => Just(Availability::Released),
        1 => (0..Availability::ALL.len()).prop_map(|i| Availability::ALL[i]),
    ];
    let basis = prop_oneof![6 => Just(Basis::Verified), 1 => (0..Basis::ALL.len()).prop_map(|i| Basis::ALL[i])];
    let license = prop_oneof![8 => Just(0usize), 1 => 0..4usize];
    let one = (availability, basis, license.clone());
    let access = prop_oneof![6 => Just(Tri::Met), 1 => Just(Tri::Unknown), 1 => Just(Tri::NotMet)];
    let verdict = prop_oneof![4 => Just(Verdict::OpenSourceOpenData), 1 => (0..Verdict::ALL.len()).prop_map(|i| Verdict::ALL[i])];
    (proptest::collection::vec(one, 17), license, access, proptest::collection::vec(verdict, 0..2), any::<bool>())
        .prop_map(|(components, license, access, ancestors, strict)| World { components, license, access, ancestors, strict })
}

fn judge(world: &World) -> (Standing, Evaluations) {
    let components: Components =
        ComponentId::ALL.iter().zip(&world.components).map(|(id, (a, b, l))| (*id, component(*id, *a, *b, *l))).collect();
    let (name, openness) = LICENSES[world.license];
    let parts = name.and_then(|n| license::find(rules(), n)).map(|k| Part::known(k, Content::Weights)).into_iter().collect();
    let ancestor = |(i, verdict): (usize, &Verdict)| Judged {
        id: format!("base/{i}"),
        child: "the/model".into(),
        relation: "finetune".into(),
        license: None,
        openness: Openness::Open,
        verdict: *verdict,
        possible: *verdict,
        gap: None,
        evidence: Vec::new(),
        components: None,
    };
    let ancestors = world.ancestors.iter().enumerate().map(ancestor).collect();
    let lineage = Lineage { ancestors, parts, openness, suspected: None };
    let answers = BTreeMap::new();
    let judgement = Judgement { snapshot: None, access: (world.access, String::new()), no_record: None, declared: None, answers: &answers };
    let options = Options { strict: world.strict, ..Options::default() };
    let (standing, frameworks, _) = conclude(&components, &lineage, &judgement, rules(), &options);
    (standing, frameworks)
}

fn osaid(frameworks: &Evaluations) -> Tri {
    match framework::of(frameworks, "osaid") {
        Some(Evaluated::Checklist(list)) => list.outcome,
        other => panic!("{other:?}"),
    }
}

/// MOF progress of the lowest class up, MOF class as a rank, index score: each more is more open.
fn measures(frameworks: &Evaluations) -> Vec<f64> {
    let mut out = Vec::new();
    for (_, evaluated) in frameworks {
        match evaluated {
            Evaluated::Mof(r) => {
                out.extend([3u8, 2, 1].map(|c| r.progress[&c]));
                out.push(f64::from((4 - r.class) % 4));
                assert!((4 - r.class_possible) % 4 >= (4 - r.class) % 4, "{r:?}");
            }
            Evaluated::Score(s) => {
                let (mean, possible) = s.mean();
                assert!((0.0..=1.0).contains(&mean) && mean <= possible, "{s:?}");
                out.push(mean);
            }
            Evaluated::Checklist(list) => out.push(f64::from(list.outcome as u8)),
        }
    }
    out
}

fn no_less(a: &Evaluations, b: &Evaluations) -> bool {
    measures(a).iter().zip(measures(b)).all(|(a, b)| *a + 1e-9 >= b)
}

fn rank(availability: Availability) -> bool {
    matches!(availability, Availability::Released | Availability::Gated | Availability::Partial)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn the_ladder_and_the_definition_agree(w in world()) {
        let (standing, frameworks) = judge(&w);
        prop_assert_eq!(standing.verdict >= Verdict::OpenSource, osaid(&frameworks) == Tri::Met, "{:?}", standing);
        prop_assert!(standing.possible >= standing.verdict);
        if osaid(&frameworks) == Tri::NotMet {
            prop_assert!(standing.possible < Verdict::OpenSource);
        }
        let datasets = ComponentId::ALL.iter().position(|c| *c == ComponentId::Datasets).expect("datasets");
        if standing.verdict == Verdict::OpenSourceOpenData {
            let (availability, _, license) = w.components[datasets];
            prop_assert_eq!((availability, license), (Availability::Released, 0));
        }
    }

    #[test]
    fn an_open_component_more_never_lowers_anything(w in world(), i in 0..17usize) {
        let mut more = w.clone();
        more.components[i] = (Availability::Released, Basis::Verified, 0);
        let (before, after) = (judge(&w), judge(&more));
        prop_assert!(after.0.verdict >= before.0.verdict, "{:?} then {:?}", before.0, after.0);
        prop_assert!(no_less(&after.1, &before.1), "{:?} then {:?}", before.1, after.1);
    }

    #[test]
    fn a_component_less_never_raises_anything(w in world(), i in 0..17usize, withheld: bool) {
        prop_assume!(rank(w.components[i].0));
        let mut less = w.clone();
        less.components[i] = (if withheld { Availability::Withheld } else { Availability::NotFound }, Basis::Verified, 3);
        let (before, after) = (judge(&w), judge(&less));
        prop_assert!(after.0.verdict <= before.0.verdict, "{:?} then {:?}", before.0, after.0);
        prop_assert!(no_less(&before.1, &after.1), "{:?} then {:?}", before.1, after.1);
    }

    #[test]
    fn a_stricter_license_never_raises_anything(w in world(), i in 0..18usize, by in 1..4usize) {
        let mut stricter = w.clone();
        let license = stricter.components.get_mut(i).map_or(&mut stricter.license, |c| &mut c.2);
        *license = (*license + by).min(3);
        let (before, after) = (judge(&w), judge(&stricter));
        prop_assert!(after.0.verdict <= before.0.verdict, "{:?} then {:?}", before.0, after.0);
        prop_assert!(no_less(&before.1, &after.1), "{:?} then {:?}", before.1, after.1);
    }
}

#[test]
fn the_upper_rungs_are_reached() {
    let open = World {
        components: vec![(Availability::Released, Basis::Verified, 0); 17],
        license: 0,
        access: Tri::Met,
        ancestors: Vec::new(),
        strict: true,
    };
    let (standing, frameworks) = judge(&open);
    assert_eq!(standing.verdict, Verdict::OpenSourceOpenData);
    assert_eq!(osaid(&frameworks), Tri::Met);
    let datasets = ComponentId::ALL.iter().position(|c| *c == ComponentId::Datasets).expect("datasets");
    let mut closed_data = open.clone();
    closed_data.components[datasets].2 = 2;
    // Datasets under a restricted license are still told completely, by documents under open terms.
    assert_eq!(judge(&closed_data).0.verdict, Verdict::OpenSource);
    let mut derived = open;
    derived.ancestors = vec![Verdict::OpenWeights];
    assert_eq!(judge(&derived).0.verdict, Verdict::OpenWeights);
}
