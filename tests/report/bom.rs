//! CycloneDX and SPDX: valid, complete, and the same every time.

use crate::support::{list, text};
use crate::{everything, rendered, report, report_in, schemas};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

const FORMATS: [(&str, &str); 3] =
    [("cyclonedx", "bom-1.6.schema.json"), ("cyclonedx-1.7", "bom-1.7.schema.json"), ("spdx", "spdx-3.0.1-json-schema.json")];

#[test]
fn documents_validate_against_the_official_schemas() {
    let report = everything();
    for (format, schema) in FORMATS {
        let document = rendered(&report, format);
        let Some(errors) = schemas::errors(schema, &document) else { return };
        assert!(errors.is_empty(), "{format}: {errors:#?}");
        // The same check notices what is wrong.
        let broken = document.replace("\"machine-learning-model\"", "\"model\"").replace("\"Relationship\"", "\"Relation\"");
        assert!(!schemas::errors(schema, &broken).expect("a schema").is_empty(), "{format}: a broken document passes");
    }
}

#[test]
fn cyclonedx_references_resolve_and_are_unique() {
    let bom = parsed(&rendered(&everything(), "cyclonedx"));
    let refs: Vec<&str> =
        list(&bom, "components").iter().map(|c| text(c, "bom-ref")).chain([text(&bom["metadata"]["component"], "bom-ref")]).collect();
    let unique: BTreeSet<&str> = refs.iter().copied().collect();
    assert_eq!(refs.len(), unique.len());
    for dependency in list(&bom, "dependencies") {
        let on = dependency["dependsOn"].as_array().into_iter().flatten().filter_map(Value::as_str);
        assert!(on.chain([text(dependency, "ref")]).all(|r| unique.contains(r)), "{dependency}");
    }
    for model in list(&bom, "components") {
        for data in model["modelCard"]["modelParameters"]["datasets"].as_array().into_iter().flatten().filter_map(|d| d["ref"].as_str()) {
            assert!(unique.contains(data), "{data}");
        }
    }
}

#[test]
fn cyclonedx_gives_ids_only_where_its_list_has_them() {
    let Some(known) = schemas::license_ids() else { return };
    let all: Vec<&str> = spdx::identifiers::LICENSES.iter().map(|l| l.name).collect();
    // One license for each id of the SPDX list, the deprecated and the newest ones included.
    let mut report = report(&["deepseek-ai/DeepSeek-R1"]);
    let mit = report.licenses["MIT"].clone();
    report.licenses = all.iter().map(|id| (id.to_string(), mit.clone())).collect();
    report.models[0].license.effective = Some(all.join(" AND "));
    let bom = parsed(&rendered(&report, "cyclonedx"));
    let licenses = list(&list(&bom, "components")[0], "licenses");
    let ids: Vec<&str> = licenses.iter().filter_map(|l| l["license"]["id"].as_str()).collect();
    assert!(ids.len() > 700);
    assert!(ids.iter().all(|id| known.iter().any(|k| k == id)));
    // And no id that the list has is written as a name.
    let names = licenses.iter().filter_map(|l| l["license"]["name"].as_str());
    assert_eq!(names.filter(|n| known.iter().any(|k| k == n)).collect::<Vec<_>>(), Vec::<&str>::new());
}

/// Where a value stands in a document.
fn at<'v>(document: &'v Value, pointer: &str) -> &'v Value {
    document.pointer(pointer).unwrap_or(&Value::Null)
}

/// What generators that copy the front matter into a CycloneDX component fill, as field and as a
/// property, from a record that has all of it.
#[test]
fn cyclonedx_has_what_a_copy_of_the_front_matter_has() {
    let hub = crate::support::TempHub::new();
    hub.write(
        "huggingface/models/acme/full/info.json",
        r#"{"id":"acme/full","author":"acme","sha":"0123456789abcdef0123456789abcdef01234567","createdAt":"2025-01-01T00:00:00.000Z",
            "lastModified":"2025-02-03T04:05:06.000Z","private":false,"gated":false,"downloads":12,"likes":3,"usedStorage":4096,
            "pipeline_tag":"text-generation","library_name":"transformers","tags":["llama","arxiv:2501.00656","dataset:acme/data"],
            "config":{"architectures":["LlamaForCausalLM"],"model_type":"llama"},
            "cardData":{"license":"apache-2.0","language":["en","de"],"datasets":["acme/data"],"base_model":"acme/base"},
            "siblings":[{"rfilename":"README.md"},{"rfilename":"model.safetensors","size":10,"lfs":{"sha256":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}}]}"#,
    );
    hub.write(
        "huggingface/models/acme/full/README.md",
        "---\nlicense: apache-2.0\nlanguage: [en, de]\ndatasets: [acme/data]\nbase_model: acme/base\nmodel-index:\n- name: full\n  results:\n  - task: {type: text-generation}\n    dataset: {name: MMLU, type: mmlu}\n    metrics:\n    - {type: accuracy, value: 0.71}\n---\n# Full\n\nFull is a small language model that answers questions in two languages.\n\n- **Developed by:** Acme Research\n- **Demo:** [space](https://demo.example/full)\n\n## Uses\n\n### Direct Use\n\nAnswering questions about manuals.\n\n### Out-of-Scope Use\n\nMedical advice.\n\n## Bias, Risks, and Limitations\n\nIt makes things up.\n\n### Recommendations\n\nCheck its answers.\n\n## Environmental Impact\n\n- **Hardware Type:** 8 GPUs\n- **Hours used:** 100\n- **Cloud Provider:** none\n- **Compute Region:** north\n- **Carbon Emitted:** 5 kg\n\n## Model Card Contact\n\nhelp at acme dot example\n",
    );
    hub.write(
        "huggingface/datasets/acme/data/info.json",
        r#"{"id":"acme/data","author":"acme","sha":"1123456789abcdef0123456789abcdef01234567","createdAt":"2024-01-01T00:00:00.000Z","lastModified":"2024-02-03T04:05:06.000Z","private":false,"gated":false,"tags":["modality:text"],
            "description":"Questions and answers.","cardData":{"license":"cc-by-4.0","annotations_creators":["experts"],"configs":[{"config_name":"default","data_files":[{"split":"train","path":"data/*"}]}]}}"#,
    );
    hub.write(
        "huggingface/datasets/acme/data/README.md",
        "---\nlicense: cc-by-4.0\n---\n# Data\n\nQuestions and answers about machines, collected by hand over ten years.\n\n## Personal and Sensitive Information\n\nNames of authors.\n",
    );
    let report = report_in(hub.path(), &["acme/full"]);
    let bom = parsed(&rendered(&report, "cyclonedx"));
    let components = list(&bom, "components");
    let model = &components[0];
    for (pointer, value) in [
        ("/name", "full"),
        ("/group", "acme"),
        ("/version", "0123456789abcdef0123456789abcdef01234567"),
        ("/purl", "pkg:huggingface/acme/full@0123456789abcdef0123456789abcdef01234567"),
        ("/description", "Full is a small language model that answers questions in two languages."),
        ("/manufacturer/name", "acme"),
        ("/supplier/name", "acme"),
        ("/authors/0/name", "Acme Research"),
        ("/licenses/0/license/id", "Apache-2.0"),
        ("/hashes/0/content", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        ("/swhid/0", "swh:1:rev:0123456789abcdef0123456789abcdef01234567"),
        ("/modelCard/modelParameters/task", "text-generation"),
        ("/modelCard/modelParameters/architectureFamily", "llama"),
        ("/modelCard/modelParameters/modelArchitecture", "LlamaForCausalLM"),
        ("/modelCard/modelParameters/datasets/0/ref", "data:acme/data@1123456789abcdef0123456789abcdef01234567"),
        ("/modelCard/considerations/useCases/0", "Answering questions about manuals."),
        ("/modelCard/considerations/useCases/1", "out of scope: Medical advice."),
        ("/modelCard/considerations/technicalLimitations/0", "It makes things up."),
        ("/modelCard/considerations/ethicalConsiderations/0/mitigationStrategy", "Check its answers."),
        ("/modelCard/quantitativeAnalysis/performanceMetrics/0/type", "accuracy"),
        ("/modelCard/quantitativeAnalysis/performanceMetrics/0/value", "0.71"),
        ("/pedigree/ancestors/0/name", "base"),
    ] {
        assert_eq!(at(model, pointer), value, "{pointer}");
    }
    assert!(list(model, "tags").contains(&"llama".into()));
    let environment = list(&model["modelCard"]["considerations"]["environmentalConsiderations"], "properties");
    assert_eq!(environment.len(), 5, "{environment:?}");
    let references: BTreeSet<(&str, &str)> = list(model, "externalReferences").iter().map(|r| (text(r, "type"), text(r, "url"))).collect();
    for reference in [
        ("website", "https://huggingface.co/acme/full"),
        ("documentation", "https://arxiv.org/abs/2501.00656"),
        ("other", "https://demo.example/full"),
    ] {
        assert!(references.contains(&reference), "{reference:?}");
    }
    let properties: BTreeMap<&str, &str> = list(model, "properties").iter().map(|p| (text(p, "name"), text(p, "value"))).collect();
    for (name, value) in [
        ("trulyopen:hub:modified", "2025-02-03T04:05:06Z"),
        ("trulyopen:hub:created", "2025-01-01T00:00:00Z"),
        ("trulyopen:hub:language", "en de"),
        ("trulyopen:hub:storage-bytes", "4096"),
        ("trulyopen:hub:private", "false"),
        ("trulyopen:hub:library", "transformers"),
        ("trulyopen:hub:downloads", "12"),
        ("trulyopen:hub:likes", "3"),
        ("trulyopen:hub:contact", "help at acme dot example"),
        ("trulyopen:base-model", "acme/base"),
    ] {
        assert_eq!(properties.get(name), Some(&value), "{name}");
    }
    let data = &components[1];
    for (pointer, value) in [
        ("/name", "data"),
        ("/group", "acme"),
        ("/licenses/0/license/id", "CC-BY-4.0"),
        ("/manufacturer/name", "acme"),
        ("/authors/0/name", "acme"),
        ("/authors/1/name", "experts"),
        ("/description", "Questions and answers."),
        ("/externalReferences/0/url", "https://huggingface.co/datasets/acme/data"),
        ("/data/0/description", "Questions and answers."),
        ("/data/0/contents/attachment/content", "default train data/*"),
        ("/data/0/sensitiveData/0", "Names of authors."),
        ("/data/0/governance/owners/0/organization/name", "acme"),
        ("/tags/0", "modality:text"),
    ] {
        assert_eq!(at(data, pointer), value, "{pointer}");
    }
    // What no copy of the front matter can know.
    assert_eq!(properties["trulyopen:verdict"], report.models[0].verdict.slug());
    assert_eq!(at(model, "/licenses/1/license/acknowledgement"), "concluded");
    assert!(properties.contains_key("trulyopen:component:training-code"));
    if let Some(errors) = schemas::errors("bom-1.6.schema.json", &rendered(&report, "cyclonedx")) {
        assert!(errors.is_empty(), "{errors:#?}");
    }
}

#[test]
fn texts_of_licenses_that_no_list_has_are_carried_where_they_are_known() {
    // A text that the rules recognise by its phrases.
    let rule = crate::RULES.license("LicenseRef-llama-3.2").expect("a rule");
    let phrases = rule.text.as_ref().map(|t| t.all.join(".\n")).expect("phrases");
    let hub = crate::support::TempHub::new();
    hub.model("acme/lookalike", &serde_json::json!({"license": "llama3.2"}), "# A model", &[("LICENSE", &phrases)]);
    let with = report_in(hub.path(), &["acme/lookalike"]);
    // Where no text is there, none is made up.
    let hub = crate::support::TempHub::new();
    hub.model("acme/textless", &serde_json::json!({"license": "llama3.2"}), "# A model", &[]);
    let without = report_in(hub.path(), &["acme/textless"]);
    for (report, expected) in [(with, true), (without, false)] {
        let bom = parsed(&rendered(&report, "cyclonedx"));
        let licenses = list(&list(&bom, "components")[0], "licenses").iter().map(|l| &l["license"]);
        let concluded = licenses.into_iter().find(|l| l["acknowledgement"] == "concluded").expect("a concluded license");
        assert_eq!(text(concluded, "name"), "LicenseRef-llama-3.2");
        assert_eq!(concluded["text"]["content"].as_str().is_some_and(|t| t == phrases), expected);
        let spdx = rendered(&report, "spdx");
        assert_eq!(spdx.contains(&serde_json::to_string(&phrases).expect("JSON")), expected);
        assert!(spdx.contains("is published at https://www.llama.com/llama3_2/license/") != expected);
    }
}

/// The minima of the profiles, from the prose of the specification: neither schema nor SHACL has them.
#[test]
fn spdx_packages_have_what_their_profiles_require() {
    let document = parsed(&rendered(&everything(), "spdx"));
    let graph = list(&document, "@graph");
    let ids: BTreeSet<&str> = graph.iter().filter_map(|e| e["spdxId"].as_str()).collect();
    assert_eq!(ids.len(), graph.len() - 1, "every element but the creation info has an id of its own");
    let kind = |id: &str| graph.iter().filter(|e| e["spdxId"] == id || e["@id"] == id).filter_map(|e| e["type"].as_str()).next();
    let root = graph.iter().find(|e| e["type"] == "SpdxDocument").expect("a document");
    let profiles: Vec<&str> = list(root, "profileConformance").iter().filter_map(Value::as_str).collect();
    // One of the models is not there at all, others name data that are not: the claim is not made.
    assert!(!profiles.contains(&"ai"));
    let (mut models, mut datasets) = (0, 0);
    for element in graph {
        let relations = |which: &str| graph.iter().filter(|r| r["relationshipType"] == which && r["from"] == element["spdxId"]).count();
        let required: &[&str] = match element["type"].as_str() {
            Some("ai_AIPackage") if element["name"] == "nobody/no-such-model" => continue,
            Some("ai_AIPackage") => {
                models += 1;
                assert_eq!(element["software_primaryPurpose"], "model");
                // A registry states no times.
                let timeless = element["software_homePage"].as_str().is_some_and(|p| p.starts_with("https://ollama.com/"));
                assert_eq!(element["releaseTime"].is_null(), timeless, "{element}");
                &["suppliedBy", "software_packageVersion", "software_downloadLocation", "name"]
            }
            Some("dataset_DatasetPackage") => {
                datasets += 1;
                assert_eq!(element["software_primaryPurpose"], "data");
                assert_eq!(list(element, "originatedBy").len(), 1);
                &["dataset_datasetType", "builtTime", "releaseTime", "software_downloadLocation", "originatedBy", "name"]
            }
            _ => continue,
        };
        for field in required {
            assert!(!element[*field].is_null(), "{field} of {element}");
        }
        assert_eq!(relations("hasDeclaredLicense"), 1, "{element}");
        assert_eq!(relations("hasConcludedLicense"), 1, "{element}");
    }
    assert!(models > 30 && datasets > 3, "{models} models, {datasets} datasets");
    for relation in graph.iter().filter(|e| e["type"] == "Relationship") {
        for end in list(relation, "to").iter().chain([&relation["from"]]).filter_map(Value::as_str) {
            assert!(ids.contains(end) || end.starts_with("https://spdx.org/rdf/3.0.1/terms/"), "{relation}");
        }
        let from = text(relation, "from");
        if matches!(text(relation, "relationshipType"), "trainedOn" | "testedOn") {
            assert_eq!(kind(from), Some("ai_AIPackage"));
        }
    }
    for element in list(root, "element") {
        assert!(ids.contains(element.as_str().expect("an id")));
    }
}

#[test]
fn spdx_claims_the_profiles_where_they_hold() {
    let document = parsed(&rendered(&report(&["allenai/OLMo-2-1124-7B"]), "spdx"));
    let graph = list(&document, "@graph");
    let root = graph.iter().find(|e| e["type"] == "SpdxDocument").expect("a document");
    let profiles: Vec<&str> = list(root, "profileConformance").iter().filter_map(Value::as_str).collect();
    assert_eq!(profiles, ["ai", "core", "dataset", "simpleLicensing", "software"]);
    // No time but those of the evidence.
    let times: BTreeSet<&str> =
        graph.iter().flat_map(|e| [&e["created"], &e["releaseTime"], &e["builtTime"]]).filter_map(Value::as_str).collect();
    let hub = crate::support::fixture_hub().join("huggingface");
    let named = ["olmo-mix-1124", "dolmino-mix-1124", "olmo-2-1124-7b-preference-mix"];
    let records: String = std::iter::once("models/allenai/OLMo-2-1124-7B".to_string())
        .chain(named.map(|n| format!("datasets/allenai/{n}")))
        .map(|p| std::fs::read_to_string(hub.join(p).join("info.json")).expect("a record"))
        .collect();
    assert!(!times.is_empty());
    for time in times {
        assert!(records.contains(time.trim_end_matches('Z')), "{time} is in no record");
    }
}

#[test]
fn spdx_custom_licenses_have_a_text_and_resolve() {
    let document = parsed(&rendered(&report(&["deepseek-ai/DeepSeek-R1-Distill-Llama-8B", "tiiuae/falcon-180B"]), "spdx"));
    let graph = list(&document, "@graph");
    let mut custom = 0;
    for entry in graph.iter().flat_map(|e| e["simplelicensing_customIdToUri"].as_array().into_iter().flatten()) {
        let target = graph.iter().find(|e| e["spdxId"] == entry["value"]).expect("an element");
        assert_eq!(target["type"], "simplelicensing_SimpleLicensingText");
        assert!(!text(target, "simplelicensing_licenseText").is_empty());
        custom += 1;
    }
    assert!(custom >= 2, "{custom}");
    for expression in graph.iter().filter_map(|e| e["simplelicensing_licenseExpression"].as_str()) {
        spdx::Expression::parse(expression).unwrap_or_else(|e| panic!("{expression}: {e}"));
    }
}

#[test]
fn the_same_evidence_gives_the_same_bytes() {
    let ids = ["deepseek-ai/DeepSeek-R1", "allenai/OLMo-2-1124-7B", "trulyopen-fixtures/hostile"];
    let (first, second) = (report(&ids), report(&ids));
    for format in trulyopen::render::FORMATS {
        assert_eq!(rendered(&first, format.name), rendered(&second, format.name), "{}", format.name);
    }
    // A document's id is made from its content.
    let other = report(&ids[..1]);
    assert_ne!(parsed(&rendered(&first, "cyclonedx"))["serialNumber"], parsed(&rendered(&other, "cyclonedx"))["serialNumber"]);
    // A model has the same id in every document.
    let package = |r| {
        let document = parsed(&rendered(r, "spdx"));
        list(&document, "@graph").iter().find(|e| e["name"] == ids[0]).expect("the model")["spdxId"].clone()
    };
    assert_eq!(package(&first), package(&other));
}
