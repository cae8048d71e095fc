//! How evidence is found, on made-up models: what names training data, code and bases, and what only
//! looks like it. Cases are (card, what must come out).

mod support;

use serde_json::{Value, json};
use support::{TempHub, Tool, list, text};

/// Audits one made-up model whose card this is; the hub knows these datasets.
fn audit(front: &Value, body: &str, datasets: &[&str]) -> Value {
    let hub = TempHub::new();
    hub.model("o/n", front, body, &[]);
    for id in datasets {
        hub.write(
            &format!("huggingface/datasets/{id}/info.json"),
            json!({"id": id, "gated": false, "siblings": [{"rfilename": "a.parquet"}]}).to_string(),
        );
        hub.write(&format!("huggingface/datasets/{id}/README.md"), "# Data\n");
    }
    Tool::json().dir(hub.path()).arg("o/n").run().model()
}

fn component<'m>(model: &'m Value, id: &str) -> &'m Value {
    list(model, "components").iter().find(|c| c["id"] == id).unwrap_or_else(|| panic!("no component {id}"))
}

#[test]
fn training_data() {
    let cases: &[(&str, &str, &[&str], &str, &str)] = &[
        // (front matter's datasets, body, datasets on the hub, availability, basis)
        ("[a/b]", "", &["a/b"], "released", "verified"),
        ("[a/b, c/d]", "", &["a/b"], "partial", "verified"),
        ("[a/b]", "", &[], "described", "claimed"),
        ("[a/b]", "## Training data\n\nPart of the training data is proprietary data.", &["a/b"], "partial", "verified"),
        ("[]", "## Training data\n\nIt was trained on [this](https://huggingface.co/datasets/a/b).", &["a/b"], "released", "verified"),
        ("[]", "## Evaluation\n\nIt was measured on [this](https://huggingface.co/datasets/a/b).", &["a/b"], "not-found", "none"),
        ("[]", "The model was trained on Dolma.", &[], "released", "linked"),
        ("[]", "The model was trained on Dolma.", &["allenai/dolma"], "released", "verified"),
        ("[]", "The model was trained on a filtered subset of Dolma.", &[], "partial", "linked"),
        ("[]", "The model was trained on data such as Dolma and private books.", &[], "partial", "linked"),
        ("[]", "Unlike models that were trained on Dolma, this one is small.", &[], "not-found", "none"),
        ("[]", "Our training data will not be released.", &[], "withheld", "claimed"),
        ("[]", "Die Trainingsdaten sind interne Daten.", &[], "withheld", "claimed"),
        ("[]", "训练数据不公开。", &[], "withheld", "claimed"),
        ("[]", "It was trained on 2 trillion tokens of high-quality data.", &[], "withheld", "claimed"),
        (
            "[]",
            "It was trained on court rulings of Ruritania from 1990 to 2020, 3 GB after removing duplicates.",
            &[],
            "described",
            "claimed",
        ),
    ];
    for (datasets, body, on_hub, availability, basis) in cases {
        let datasets: Vec<&str> = datasets.trim_matches(['[', ']']).split(", ").filter(|d| !d.is_empty()).collect();
        let model = audit(&json!({"license": "mit", "datasets": datasets}), body, on_hub);
        let data = component(&model, "datasets");
        assert_eq!(
            (text(data, "availability"), text(data, "basis")),
            (*availability, *basis),
            "{datasets:?} {body:?} with {on_hub:?}: {data}"
        );
    }
}

#[test]
fn what_trained_the_base_is_not_what_trained_the_model() {
    let front = json!({"license": "mit", "base_model": "b/base"});
    let model = audit(&front, "The base model was pretrained on Dolma. It was fine-tuned on the Alpaca dataset.", &[]);
    let ids: Vec<&str> = list(&model, "datasets").iter().map(|d| text(d, "id")).collect();
    assert_eq!(ids, ["tatsu-lab/alpaca"]);
}

#[test]
fn claims_are_set_against_the_verdict() {
    let washed = |license: &str, body: &str| {
        let model = audit(&json!({"license": license}), body, &[]);
        let finding = list(&model, "findings").iter().find(|f| f["rule"] == "claim/openwashing").cloned();
        finding.map(|f| f["evidence"][0]["lines"].clone())
    };
    assert_eq!(washed("cc-by-nc-4.0", "Intro.\n\nThis is a fully open-source model."), Some(json!([7, 7])));
    assert_eq!(washed("cc-by-nc-4.0", "Dies ist ein Open-Source-Modell."), Some(json!([5, 5])));
    assert_eq!(washed("cc-by-nc-4.0", "本模型是完全开源的大模型。"), Some(json!([5, 5])));
    assert_eq!(washed("cc-by-nc-4.0", "It beats other open source models."), None);
    assert_eq!(washed("cc-by-nc-4.0", "Thanks to the open-source AI community."), None);
    assert_eq!(washed("cc-by-nc-4.0", "The weights are open."), None);
}

#[test]
fn hostile_cards_are_bounded() {
    let many: Vec<String> = (0..1_000).map(|i| format!("o/d{i}")).collect();
    let model = audit(&json!({"license": "mit", "datasets": many}), "", &["o/d0"]);
    let left_out = list(&model, "incomplete").iter().any(|i| text(i, "what").contains("datasets"));
    assert!(left_out, "{}", model["incomplete"]);
    assert_ne!(text(component(&model, "datasets"), "availability"), "released");

    let deep = format!("{}x\n\n{}[a](https://huggingface.co/datasets/a/b)", "> ".repeat(10_000), "- ".repeat(10_000));
    assert_eq!(text(&audit(&json!({"license": "mit"}), &deep, &[]), "verdict"), "open-weights");

    // An address with a user name in it is not the hub's.
    let body = "## Training data\n\nhttps://huggingface.co@evil.example/datasets/a/b and https://evil.example/?huggingface.co/datasets/a/b";
    let model = audit(&json!({"license": "mit"}), body, &["a/b"]);
    assert_eq!(list(&model, "datasets").len(), 0, "{}", model["datasets"]);
}

#[test]
fn models_behind_an_api_are_closed_with_a_source() {
    let hub = TempHub::new();
    let run = Tool::json().dir(hub.path()).args(["gpt-4o", "openai/o1", "claude-3-opus", "gemini-1.5-pro"]).run().code(0);
    for model in run.models() {
        assert_eq!((text(&model, "verdict"), text(&model, "verdict_possible")), ("closed", "closed"), "{model}");
        let weights = component(&model, "model-parameters-final");
        assert!(text(&weights["evidence"][0], "url").starts_with("https://"), "{weights}");
        // Nothing claims a look that nobody had: no entry of the rules has a day yet.
        assert!(text(weights, "summary").ends_with("its page was not opened to check"), "{weights}");
    }
    // Weights of the same maker's that are on a hub, and a name that says that it is on one.
    for on_hub in ["openai/gpt-oss-20b", "hf:openai/o1"] {
        assert_eq!(text(&Tool::json().dir(hub.path()).arg(on_hub).run().code(3).model(), "verdict"), "unknown", "{on_hub}");
    }
}
