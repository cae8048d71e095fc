//! What must hold of verdicts and frameworks whatever was found: more openness never lowers an answer, less
//! never raises one, and the ladder and the Open Source AI Definition say the same.

use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::OnceLock;
use trulyopen::audit::{Judgement, Options, conclude};
use trulyopen::component::{Component, ComponentLicense, Components};
use trulyopen::framework::{self, Evaluated, Evaluations};
use trulyopen::license;
use trulyopen::lineage::{Judged, Lineage};
use trulyopen::rules::Rules;
use trulyopen::terms::Part;
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
        license: ComponentLicense { expression: expression.map(str::to_string), openness, type_appropriate: None, reason: String::new() },
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
        is_tuned: false,
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
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

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

/// A world in which everything is open.
fn open_world() -> World {
    World {
        components: vec![(Availability::Released, Basis::Verified, 0); 17],
        license: 0,
        access: Tri::Met,
        ancestors: Vec::new(),
        strict: false,
    }
}

fn at(id: ComponentId) -> usize {
    ComponentId::ALL.iter().position(|c| *c == id).expect("a component")
}

/// The answer of one line of the definition.
fn line(frameworks: &Evaluations, id: &str) -> Tri {
    match framework::of(frameworks, "osaid") {
        Some(Evaluated::Checklist(list)) => list.lines.iter().find(|l| l.id == id).expect("a line").answer.tri,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_required_line_of_the_definition_is_asked() {
    use ComponentId::*;
    let with = |change: &dyn Fn(&mut World)| {
        let mut w = open_world();
        change(&mut w);
        let (standing, frameworks) = judge(&w);
        (standing.verdict, frameworks)
    };
    for (component, name) in [
        (TrainingCode, "training-code"),
        (DataPreprocessingCode, "data-preprocessing-code"),
        (InferenceCode, "inference-code"),
        (ModelArchitecture, "model-architecture"),
    ] {
        let (verdict, missing) = with(&|w| w.components[at(component)].0 = Availability::NotFound);
        assert_eq!((line(&missing, name), verdict), (Tri::NotMet, Verdict::OpenWeights), "{name}");
        let (_, partial) = with(&|w| w.components[at(component)].0 = Availability::Partial);
        assert_eq!(line(&partial, name), Tri::NotMet, "{name}");
        let (verdict, restricted) = with(&|w| w.components[at(component)].2 = 2);
        assert_eq!((line(&restricted, name), verdict), (Tri::NotMet, Verdict::OpenWeights), "{name}");
        let (_, claimed) = with(&|w| w.components[at(component)].1 = Basis::Claimed);
        assert_eq!(line(&claimed, name), Tri::Unknown, "{name}");
    }
    // Code that trains has to be looked at; a library that runs it may be linked.
    let linked = |id: ComponentId| with(&|w| w.components[at(id)].1 = Basis::Linked).0;
    assert_eq!((linked(TrainingCode), linked(InferenceCode)), (Verdict::OpenWeights, Verdict::OpenSourceOpenData));
    for (availability, answer) in
        [(Availability::NotFound, Tri::NotMet), (Availability::Withheld, Tri::NotMet), (Availability::Described, Tri::Unknown)]
    {
        let (verdict, frameworks) = with(&|w| w.components[at(Datasets)].0 = availability);
        assert_eq!((line(&frameworks, "data-information"), verdict), (answer, Verdict::OpenWeights), "{availability}");
    }
    let (verdict, closed_documents) = with(&|w| {
        for id in [Datasets, DataCard, ModelCard, TechnicalReport, ResearchPaper] {
            w.components[at(id)].2 = 2;
        }
    });
    assert_eq!((line(&closed_documents, "data-information-terms"), verdict), (Tri::NotMet, Verdict::OpenWeights));
    let (verdict, incomplete) = with(&|w| w.components[at(ModelParametersFinal)].0 = Availability::Partial);
    assert_eq!((line(&incomplete, "model-parameters"), verdict), (Tri::NotMet, Verdict::WeightsAvailable));
    let (verdict, gated) = with(&|w| w.access = Tri::NotMet);
    assert_eq!((line(&gated, "model-parameters"), verdict), (Tri::NotMet, Verdict::WeightsAvailable));
    let (verdict, restricted) = with(&|w| w.license = 2);
    assert_eq!((line(&restricted, "model-parameters-terms"), verdict), (Tri::NotMet, Verdict::WeightsAvailable));
    let (verdict, derived) = with(&|w| w.ancestors = vec![Verdict::OpenWeights]);
    assert_eq!((line(&derived, "base-models"), verdict), (Tri::NotMet, Verdict::OpenWeights));
    // The optional ones are told, and nothing hangs on them.
    let (verdict, unmeasured) = with(&|w| w.components[at(EvaluationCode)].0 = Availability::NotFound);
    assert_eq!((line(&unmeasured, "evaluation-code"), verdict), (Tri::NotMet, Verdict::OpenSourceOpenData));
}

#[test]
fn an_audit_has_a_class_of_its_own() {
    use ComponentId::*;
    let mof = |change: &dyn Fn(&mut World)| {
        let mut w = open_world();
        change(&mut w);
        match framework::of(&judge(&w).1, "mof") {
            Some(Evaluated::Mof(result)) => result.clone(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(mof(&|_| ()).class, 1);
    // What binds the weights is what binds after everything that they are made from.
    assert_eq!(mof(&|w| w.license = 2).invalid, [ModelParametersFinal]);
    assert_eq!(mof(&|w| w.license = 3).unlicensed, [ModelParametersFinal]);
    let not_known = mof(&|w| w.license = 1);
    assert_eq!((not_known.class, not_known.class_possible, not_known.unknown), (0, 1, vec![ModelParametersFinal]));
    // Behind a gate that opens for anyone they are there; behind one kept by hand they are not.
    let gated = |access: Tri| {
        mof(&|w| {
            w.components[at(ModelParametersFinal)].0 = Availability::Gated;
            w.access = access;
        })
    };
    assert_eq!((gated(Tri::Met).class, gated(Tri::NotMet).missing), (1, vec![ModelParametersFinal]));
    // A claim is no component, and no absence.
    let claimed = mof(&|w| w.components[at(ModelParametersIntermediate)].1 = Basis::Claimed);
    assert_eq!((claimed.class, claimed.class_possible, claimed.missing.len()), (2, 1, 0));
    for absent in [Availability::Partial, Availability::Described, Availability::Withheld, Availability::NotFound] {
        assert_eq!(mof(&|w| w.components[at(DataCard)].0 = absent).missing, [DataCard], "{absent}");
    }
    let unlicensed = mof(&|w| w.components[at(ModelCard)].2 = 3);
    assert_eq!((unlicensed.class, unlicensed.unlicensed), (0, vec![ModelCard]));
}

/// The class of one dimension of the index, proven and possible.
fn dimension(w: &World, id: &str) -> (trulyopen::vocabulary::Degree, trulyopen::vocabulary::Degree) {
    match framework::of(&judge(w).1, "osai-index") {
        Some(Evaluated::Score(s)) => s.dimensions.iter().find(|d| d.id == id).map(|d| (d.class, d.possible)).expect("a dimension"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn dimensions_of_the_index_are_intervals() {
    use ComponentId::*;
    use trulyopen::vocabulary::Degree::{Closed, Open, Partial};
    let mut w = open_world();
    assert_eq!(dimension(&w, "weights_endmodel"), (Open, Open));
    assert_eq!(dimension(&w, "licenses"), (Open, Open));
    // That a document is comprehensive is for a person.
    assert_eq!(dimension(&w, "modelcard"), (Partial, Open));
    assert_eq!(dimension(&w, "hardware_architecture"), (Closed, Open));
    w.components[at(ModelParametersFinal)].0 = Availability::Gated;
    assert_eq!(dimension(&w, "weights_endmodel"), (Partial, Partial));
    w.components[at(DataPreprocessingCode)].0 = Availability::NotFound;
    assert_eq!(dimension(&w, "trainingcode"), (Partial, Partial));
    w.components[at(TrainingCode)].0 = Availability::NotFound;
    assert_eq!((dimension(&w, "trainingcode"), dimension(&w, "code")), ((Closed, Closed), (Closed, Closed)));
    assert_eq!(dimension(&w, "licenses"), (Partial, Partial));
    w.components[at(Datasets)].0 = Availability::NotFound;
    assert_eq!((dimension(&w, "licenses"), dimension(&w, "datasources_endmodel")), ((Closed, Closed), (Closed, Partial)));
    w.components[at(TechnicalReport)].0 = Availability::NotFound;
    assert_eq!((dimension(&w, "datasources_endmodel"), dimension(&w, "preprint")), ((Closed, Closed), (Closed, Closed)));
}
