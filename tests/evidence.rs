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
        // Its makers published a part of it, whatever the hub has.
        ("[tiiuae/falcon-refinedweb]", "", &["tiiuae/falcon-refinedweb"], "partial", "linked"),
        ("[tiiuae/falcon-refinedweb]", "", &[], "partial", "linked"),
        // Withdrawn by its makers; this one is a copy, the next is their own place.
        ("[bookcorpus/bookcorpus]", "", &["bookcorpus/bookcorpus"], "partial", "linked"),
        ("[cerebras/SlimPajama-627B]", "", &["cerebras/SlimPajama-627B"], "released", "verified"),
        ("[cerebras/SlimPajama-627B]", "", &[], "partial", "linked"),
        ("[]", "## Training data\n\nIt was trained on [this](https://huggingface.co/datasets/a/b).", &["a/b"], "released", "verified"),
        ("[]", "## Evaluation\n\nIt was measured on [this](https://huggingface.co/datasets/a/b).", &["a/b"], "not-found", "none"),
        ("[]", "The model was trained on Dolma.", &[], "released", "linked"),
        ("[]", "The model was trained on Dolma.", &["allenai/dolma"], "released", "verified"),
        ("[]", "The model was trained on a filtered subset of Dolma.", &[], "partial", "linked"),
        ("[]", "The model was trained on data such as Dolma and private books.", &[], "partial", "linked"),
        ("[]", "Unlike models that were trained on Dolma, this one is small.", &[], "not-found", "none"),
        ("[]", "It was trained on [cases](https://www.kaggle.com/acme/cases) of a court.", &[], "partial", "linked"),
        ("[]", "It was measured on [cases](https://www.kaggle.com/acme/cases) of a court.", &[], "not-found", "none"),
        ("[]", "It was trained on [cases](https://blog.example/kaggle) of a court.", &[], "not-found", "none"),
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

/// Whether a model's training data are open, partial or closed, with these datasets on the hub.
fn data_pillar(front: &Value, body: &str, on_hub: &[&str]) -> String {
    text(&audit(front, body, on_hub)["pillars"]["training-data"], "status").to_string()
}

#[test]
fn declared_data_and_what_prose_adds() {
    let declared = json!({"license": "mit", "datasets": ["a/b"]});
    for (body, pillar) in [
        ("It was trained on the whole of b.", "open"),
        // A part, and which one is not told.
        ("It was further pretrained on a subset of b.", "partial"),
        ("This release is trained on a curated, filtered portion of most of our data.", "open"),
        ("This release is trained on a curated filtered subset of most of our data.", "partial"),
        ("本模型使用b的子集,训练于一部分数据。", "partial"),
        ("Das Modell wurde trainiert auf einer Teilmenge von b.", "partial"),
        ("It was trained on the train part of b.", "open"),
        ("It was trained on b, a subset of c.", "open"),
        ("Unlike models trained on a subset of b, it is large.", "open"),
        // More, that nobody gets.
        ("## Data\n\n- b\n- Small set of custom made instructional data\n", "partial"),
        ("## Data\n\n- b\n- Instructional data\n", "partial"),
        ("## Data\n\n- b\n- 16M abstracts of papers that nobody may have\n", "partial"),
        ("## Data\n\n- b\n- Epochs: 3\n", "open"),
        ("## Data\n\n- b: 5K row subset of short answers\n", "partial"),
        ("## Data\n\n- b: all of it\n- c: a subset of nothing declared\n", "open"),
        ("## Data\n\n- b\n- No other data were used, no other dataset\n", "open"),
        ("## Data\n\n- b\n- All previous datasets combined\n", "open"),
        ("We used the following datasets\n\n- b\n- in-house generated data of ours\n", "partial"),
        ("It was trained on b, along with several other datasets.", "partial"),
        ("It was trained on b. It beats several other models.", "open"),
        ("## Training data\n\nb. Additional data came from forums.", "partial"),
        ("It was trained on b. The second dataset will be released soon.", "partial"),
        ("It was trained on b. The code will be released soon.", "open"),
        ("New in 2: added back a dataset of empathy.", "partial"),
        ("New in 2: added back b, the dataset.", "open"),
        ("This is one of several other language models trained on b, a dataset.", "open"),
        ("## Usage\n\n- Small set of custom made instructional data\n", "open"),
        // All of it is kept, and what is declared is what it was made from.
        ("It is trained on our internal dataset.", "closed"),
        ("It is trained on our internal dataset, made from b.", "partial"),
        ("It is trained on b and our internal dataset.", "partial"),
        ("Others are trained on internal chips.", "open"),
    ] {
        assert_eq!(data_pillar(&declared, body, &["a/b"]), pillar, "{body}");
    }
    // A set that calls itself a part is the part.
    let part = json!({"license": "mit", "datasets": ["a/b-filtered"]});
    assert_eq!(data_pillar(&part, "It was trained on a subset of b.", &["a/b-filtered"]), "open");
    // What is declared and is no name of a dataset.
    let with = |more: &str| json!({"license": "mit", "datasets": ["a/b", more]});
    assert_eq!(data_pillar(&with("Twitter data of ours"), "", &["a/b"]), "partial");
    assert_eq!(data_pillar(&with("Japanese Wikipedia"), "", &["a/b"]), "open");
    // A benchmark is no training data, unless it is said to be.
    let bench = json!({"license": "mit", "datasets": ["a/ZorkBench"]});
    assert_eq!(data_pillar(&bench, "## Evaluation\n\nZorkBench: 71", &["a/ZorkBench"]), "closed");
    assert_eq!(data_pillar(&bench, "It was fine-tuned on the ZorkBench dataset.", &["a/ZorkBench"]), "open");
    assert_eq!(data_pillar(&bench, "", &["a/ZorkBench"]), "open");
    // Linked beside a declared one, in the section on data.
    let beside = "## Training data\n\n- [b](https://huggingface.co/datasets/a/b)\n- [c](https://huggingface.co/datasets/a/c)\n";
    assert_eq!(data_pillar(&declared, beside, &["a/b"]), "partial");
    assert_eq!(data_pillar(&declared, beside, &["a/b", "a/c"]), "open");
    assert_eq!(data_pillar(&declared, &beside.replace("Training data", "See also"), &["a/b"]), "open");
    // A corpus that a sentence names beside the declared one.
    let wikipedia = json!({"license": "mit", "datasets": ["wikipedia"]});
    let besides = "The source data for the model consists of a Wikipedia dump and various texts from the OPUS corpora.";
    assert_eq!(data_pillar(&wikipedia, besides, &["wikipedia"]), "partial");
    assert_eq!(data_pillar(&wikipedia, "The source data for the model consists of a Wikipedia dump.", &["wikipedia"]), "open");
}

#[test]
fn data_in_columns_of_tables() {
    let nothing = json!({"license": "mit"});
    let table =
        |head: &str, cell: &str| format!("| Model | Parameters | {head} |\n|---|---|---|\n| n | 1B | {cell} |\n| other | 3B | C4 |\n");
    for head in [
        "Training data",
        "Pretraining data",
        "Datasets",
        "训练数据",
        "学習データ",
        "Données d'entraînement",
        "Trainingsdaten",
        "Datos de entrenamiento",
        "학습 데이터",
        "بيانات التدريب",
    ] {
        assert_eq!(data_pillar(&nothing, &table(head, "Dolma"), &[]), "open", "{head}");
        assert_eq!(data_pillar(&nothing, &table(head, "Subsample of Dolma"), &[]), "partial", "{head}");
        assert_eq!(data_pillar(&nothing, &table(head, "20 GB of texts"), &[]), "closed", "{head}");
        let linked = "[ours](https://huggingface.co/datasets/a/b)";
        assert_eq!(data_pillar(&nothing, &table(head, linked), &["a/b"]), "open", "{head}");
    }
    // What models were measured on, and what others were trained on.
    let measured = "| Model | Dataset | F1 |\n|---|---|---|\n| n | Dolma | 80 |\n";
    assert_eq!(data_pillar(&nothing, measured, &[]), "closed");
    let others = "| Model | Training data |\n|---|---|\n| zork | Dolma |\n| frotz | C4 |\n";
    assert_eq!(data_pillar(&nothing, others, &[]), "closed");
}

#[test]
fn data_of_another_model() {
    let nothing = json!({"license": "mit"});
    // The base's card below the model's own.
    let below = |heading: &str| format!("# N\n\nA model.\n\n# {heading}\n\n## Training data\n\nDolma and C4.\n");
    assert_eq!(data_pillar(&nothing, &below("Zork Model Card"), &[]), "closed");
    assert_eq!(data_pillar(&nothing, &below("Original Model Card"), &[]), "open");
    // A member of the family.
    let family = |name: &str| {
        format!("**[{name}](https://zork.example) is released.** It uses our [preference data](https://huggingface.co/datasets/a/b).")
    };
    let hub = |own: &str, body: &str| {
        let hub = TempHub::new();
        hub.model(own, &nothing, body, &[]);
        hub.write("huggingface/datasets/a/b/info.json", json!({"id": "a/b", "gated": false, "siblings": [{"rfilename": "a"}]}).to_string());
        let model = Tool::json().dir(hub.path()).arg(own).run().model();
        text(&model["pillars"]["training-data"], "status").to_string()
    };
    assert_eq!(hub("o/zork-7b", &family("Zork-R")), "closed");
    assert_eq!(hub("o/zork-7b-r", &family("Zork-R")), "open");
    // What a corpus is made from is not the model's data.
    let defined = "## Training data\n\nThe Alpaca dataset is a set of instructions on Wikipedia articles.";
    let ids: Vec<String> = list(&audit(&nothing, defined, &[]), "datasets").iter().map(|d| text(d, "id").to_string()).collect();
    assert!(!ids.iter().any(|i| i.contains("wikipedia")), "{ids:?}");
}

#[test]
fn data_kept_elsewhere() {
    let nothing = json!({"license": "mit"});
    for (body, pillar) in [
        ("It was trained on [cases](https://court.example/data/cases.zip) of a court.", "partial"),
        ("It was trained on [a cluster](https://court.example/cluster.html) of a court.", "closed"),
        ("It was finetuned using the [ruri](https://github.com/acme/ruri) dataset.", "partial"),
        ("It was finetuned using the [ruri](https://github.com/acme/ruri) trainer.", "closed"),
        (
            "This is a fine-tuned version of [x](https://huggingface.co/x/y) on the [b](https://huggingface.co/datasets/a/b) dataset.",
            "open",
        ),
        ("You can find the dataset used to train this model here:\n\nhttps://huggingface.co/datasets/a/b\n", "open"),
        ("It was fine-tuned on [Ruritanian MultiNLI](https://github.com/acme/ruri).", "partial"),
        ("It was fine-tuned on MultiNLI.", "open"),
        ("It was fine-tuned on sentences taken from C4.", "partial"),
        ("## Training data\n\nWikipedia and the 700 million word Ruritanian news data set.", "partial"),
        ("This model can be fine-tuned on C4.", "closed"),
        ("A script to perform fine-tuning on the C4 dataset.", "closed"),
        ("It was fine-tuned on [transcripts](https://zork.example/wiki) of a show.", "partial"),
        ("It was fine-tuned on [A100 GPUs](https://zork.example/a100).", "closed"),
        ("It was fine-tuned on data made by [Zork Inc.](https://zork.example/).", "closed"),
        ("It was fine-tuned on [ruri](https://arxiv.org/abs/2101.00001).", "closed"),
        ("**Training data:** [ruri](https://ruri.example/corpus)", "partial"),
        ("Trained on a corpus: https://github.com/acme/RuriDatasets - thanks.", "partial"),
        ("It is a fine-tuned model based on x on the open source dataset [b](https://huggingface.co/datasets/a/b).", "open"),
        ("The following audio was part of the dataset used to train it.\n\n- C4\n", "partial"),
        ("It was trained on the following corpora.\n\n- C4\n", "open"),
        ("It was fine-tuned on [a translation of the subset of C4](https://huggingface.co/datasets/a/b).", "open"),
        ("It was fine-tuned on our translation of [b](https://huggingface.co/datasets/a/b).", "partial"),
        (
            "## Training data\n\n- [subset](https://huggingface.co/datasets/a/b) of the [gone](https://huggingface.co/datasets/a/gone)\n",
            "open",
        ),
        ("It was fine-tuned on [b](https://huggingface.co/datasets/a/b), which is augmented from GSM8K and others.", "open"),
        ("- [Ruritanian version of C4](https://huggingface.co/datasets/a/b), on which it was trained on", "open"),
    ] {
        assert_eq!(data_pillar(&nothing, body, &["a/b"]), pillar, "{body}");
    }
    let declared = json!({"license": "mit", "datasets": ["https://github.com/acme/ruri"]});
    assert_eq!(data_pillar(&declared, "", &[]), "partial");
    // Named, not on the hub, and linked.
    let named = json!({"license": "mit", "datasets": ["ruri-data"]});
    assert_eq!(data_pillar(&named, "It was trained on [ruri](https://ruri.example/data) dataset.", &[]), "partial");
    assert_eq!(data_pillar(&named, "It was trained on ruri.", &[]), "closed");
}

/// Where data are linked and no dataset is named, the place is looked into.
#[test]
fn data_in_linked_repositories() {
    let tree = |files: &[(&str, u64)]| {
        let tree: Vec<Value> =
            files.iter().map(|(path, size)| json!({"path": path, "type": "blob", "mode": "100644", "size": size})).collect();
        json!({"tree": tree, "truncated": false}).to_string()
    };
    let audited = |body: &str, files: Option<&[(&str, u64)]>| {
        let hub = TempHub::new();
        hub.model("o/n", &json!({"license": "mit"}), body, &[]);
        if let Some(files) = files {
            hub.write("github/acme/ruri/tree.json", tree(files));
            hub.write("github/acme/ruri/repo.json", json!({"full_name": "acme/ruri"}).to_string());
        }
        let model = Tool::json().dir(hub.path()).arg("o/n").run().model();
        let data = component(&model, "datasets");
        (text(data, "availability").to_string(), text(data, "basis").to_string())
    };
    let body = "It was trained on the [ruri](https://github.com/acme/ruri) dataset.";
    let data: &[(&str, u64)] = &[("data/train.csv", 90_000), ("README.md", 900)];
    let (released, partial) = (("released".to_string(), "verified".to_string()), ("partial".to_string(), "linked".to_string()));
    assert_eq!(audited(body, Some(data)), released);
    assert_eq!(audited(body, None), partial);
    // Settings, samples, code.
    assert_eq!(audited(body, Some(&[("config.json", 90_000), ("sample.csv", 100), ("train.py", 90_000)])), partial);
    // One of several, and a part.
    let listed = "It was trained on the following data:\n\n- [ruri data](https://github.com/acme/ruri)\n- [more data](https://github.com/acme/more)\n";
    assert_eq!(audited(listed, Some(data)).0, "partial");
    assert_eq!(audited(&body.replace("the [ruri]", "a subset of the [ruri]"), Some(data)).0, "partial");
}

#[test]
fn data_in_collections_of_the_hub() {
    let audited = |body: &str, items: &Value| {
        let hub = TempHub::new();
        hub.model("o/n", &json!({"license": "mit"}), body, &[]);
        hub.write("huggingface/collections/o/ruri-data-0123/info.json", json!({"slug": "o/ruri-data-0123", "items": items}).to_string());
        Tool::json().dir(hub.path()).arg("o/n").run().model()
    };
    let pillar = |model: &Value| text(&model["pillars"]["training-data"], "status").to_string();
    let item = |id: &str, gated: Value| json!({"type": "dataset", "id": id, "gated": gated, "private": false});
    let two = json!([item("a/b", json!(false)), {"type": "model", "id": "o/n"}, item("a/c", json!(false))]);
    let used = "The datasets used for pretraining are in this [collection](https://huggingface.co/collections/o/ruri-data-0123).";
    let model = audited(used, &two);
    assert_eq!(pillar(&model), "open");
    let ids: Vec<&str> = list(&model, "datasets").iter().map(|d| text(d, "id")).collect();
    assert_eq!(ids, ["a/b", "a/c"]);
    assert_eq!(list(&model, "incomplete"), &Vec::<Value>::new());
    assert_eq!(pillar(&audited(used, &json!([item("a/b", json!(false)), item("a/c", json!("manual"))]))), "partial");
    // Its makers' data, of which the card does not say that they are all.
    let bar = "[Models](https://x.example) | [Datasets](https://huggingface.co/collections/o/ruri-data-0123)";
    assert_eq!(pillar(&audited(bar, &two)), "partial");
    // Nothing in it, no list, and somebody else's.
    assert_eq!(pillar(&audited(used, &json!([]))), "partial");
    let broken = audited(used, &json!("no list"));
    assert_eq!(pillar(&broken), "partial");
    assert_eq!(list(&broken, "incomplete").first().map(|m| text(m, "what")), Some("collection:o/ruri-data-0123"));
    assert_eq!(pillar(&audited(&bar.replace("/o/", "/p/"), &two)), "closed");
}

/// What a training tool was given, in a block of code.
#[test]
fn data_in_training_recipes() {
    let recipe = |datasets: &str| {
        format!("<details><summary>Config</summary>\n\n```yaml\nlearning_rate: 2e-5\ndatasets:\n{datasets}```\n\n</details>\n")
    };
    let nothing = json!({"license": "mit"});
    for (datasets, pillar) in [
        ("  - path: a/b\n    type: chat\n", "open"),
        ("  - path: a/b\n  - path: a/gone\n", "partial"),
        ("  - a_private_set:\n      fraction: 0.5\n", "closed"),
        ("  - path: a/b\n  - a_private_set:\n", "partial"),
        ("  - dolly_15k:\n      fraction: 0.5\n", "open"),
    ] {
        assert_eq!(data_pillar(&nothing, &recipe(datasets), &["a/b"]), pillar, "{datasets}");
    }
    // Beside what is declared.
    let declared = json!({"license": "mit", "datasets": ["a/b"]});
    assert_eq!(data_pillar(&declared, &recipe("  - path: ./b.jsonl\n"), &["a/b"]), "open");
    assert_eq!(data_pillar(&declared, &recipe("  - path: a/gone\n"), &["a/b"]), "partial");
    assert_eq!(data_pillar(&nothing, &format!("## Usage\n\n{}", recipe("  - path: a/b\n")), &["a/b"]), "closed");
}

/// A model that goes on pre-training is told of with its base; one that is tuned is not.
#[test]
fn what_calls_itself_pretrained_counts_its_base() {
    let front = json!({"license": "mit", "base_model": "tiiuae/falcon-7b", "datasets": ["a/b"]});
    assert_eq!(data_pillar(&front, "N is a pretrained language model.", &["a/b"]), "partial");
    assert_eq!(data_pillar(&front, "N is a chat model.", &["a/b"]), "open");
    assert_eq!(data_pillar(&json!({"license": "mit", "datasets": ["a/b"]}), "N is a pretrained language model.", &["a/b"]), "open");
}

#[test]
fn every_step_after_the_base_counts() {
    let of = |middle: Option<&str>| {
        let declares = |body: &str| if body.contains("internal") { json!([]) } else { json!(["a/b"]) };
        let hub = TempHub::new();
        hub.write("huggingface/datasets/a/b/info.json", json!({"id": "a/b", "gated": false, "siblings": [{"rfilename": "a"}]}).to_string());
        hub.model("r/root", &json!({"license": "mit"}), "A model.", &[]);
        if let Some(body) = middle {
            hub.model("m/middle", &json!({"license": "mit", "base_model": "r/root", "datasets": declares(body)}), body, &[]);
        }
        let base = if middle.is_some() { "m/middle" } else { "r/root" };
        hub.model("o/n", &json!({"license": "mit", "base_model": base, "datasets": ["a/b"]}), "", &[]);
        let model = Tool::json().dir(hub.path()).arg("o/n").run().model();
        let index = model["frameworks"]["osai-index"]["dimensions"]["datasources_endmodel"].clone();
        (text(&model["pillars"]["training-data"], "status").to_string(), index)
    };
    // The base itself is judged apart.
    assert_eq!(of(None), ("open".into(), json!("open")));
    assert_eq!(of(Some("It was trained on b.")).0, "open");
    assert_eq!(of(Some("It is trained on our internal dataset.")), ("partial".into(), json!("partial")));
    // A base that could not be looked at, and that is known to be made from another family.
    let unseen = |base: &str, body: &str| data_pillar(&json!({"license": "mit", "base_model": base, "datasets": ["a/b"]}), body, &["a/b"]);
    assert_eq!(unseen("lmsys/vicuna-13b-delta-v0", ""), "partial");
    assert_eq!(unseen("x/zork-7b", ""), "open");
    assert_eq!(unseen("x/zork-7b", "Zork is built on Llama-2."), "partial");
}

#[test]
fn bases_in_other_words() {
    let bases = |body: &str| -> Vec<String> {
        list(&audit(&json!({"license": "mit"}), body, &[]), "lineage").iter().map(|a| text(a, "id").to_string()).collect()
    };
    let x = "[x](https://huggingface.co/a/x-7b)";
    for body in [
        format!("This is {x}, with instruction tuning performed with data."),
        format!("This repo holds quantised models of {x}."),
        format!("This model is {x} trained on SQuAD."),
        format!("{x} fine-tuned on SQuAD."),
        format!("This is a fine-tuned on SQuAD version of {x}."),
        "**Base model**: `acme/x_base` from the hub".into(),
        format!("This is a merge between:\n- {x}\n- [y](https://huggingface.co/b/y-7b)\n"),
        format!("Ein Modell, initialisiert mit {x}."),
        format!("Un modelo inicializado a partir de {x}."),
        format!("Un modèle initialisé à partir de {x}."),
        "The \"acme/x-7b\" model fully fine-tuned on SQuAD.".into(),
    ] {
        let found = bases(&body);
        assert!(found.first().is_some_and(|f| f.starts_with("a/x") || f.starts_with("acme/x")), "{body}: {found:?}");
    }
    assert_eq!(bases("A model based on [gpt2](https://huggingface.co/gpt2-medium/)."), ["gpt2-medium"]);
    for (body, base) in [
        ("N is a LLaMA2-70B model trained on Orca style data.", "meta-llama/Llama-2-70b-hf"),
        ("- **Finetuned from model:** Mistral 7B", "mistralai/Mistral-7B-v0.1"),
        ("We used `bert-base-multilingual-cased` as the base model.", "google-bert/bert-base-multilingual-cased"),
        ("GPT-2 fine-tuned on stories.", "openai-community/gpt2"),
        ("N uses Llama-2-7b-chat-hf as a base model and is fine-tuned on data.", "meta-llama/Llama-2-7b-chat-hf"),
    ] {
        assert_eq!(bases(body), [base], "{body}");
    }
    for body in [
        "It outperforms Llama 2 70B, and was made from nothing.",
        "A tokenizer based on Llama 2 70B.",
        "It is made from Mistral-7B-Zork.",
        "We plan a version based on phi-2.",
    ] {
        assert_eq!(bases(body), Vec::<String>::new(), "{body}");
    }
    for body in [
        format!("This is {x} trained with a subset of the data."),
        format!("In addition to the {x} model trained with much, there are checkpoints."),
        format!("## Relatives\n\n- {x} fine-tuned on SQuAD\n"),
        "**Finetuned from:** nothing, via [a/tool-kit](https://github.com/a/tool-kit)".into(),
        "Based on the work of [people](https://huggingface.co/people).".into(),
    ] {
        assert_eq!(bases(&body), Vec::<String>::new(), "{body}");
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

    // As many declared as links and items beside them: each is looked through once, or this would take minutes.
    let items: String = (0..2_000).map(|i| format!("- [b{i}](https://huggingface.co/datasets/a/c-{i}) abstracts of data\n")).collect();
    let body = format!("## Training data\n\n{items}{}", "- abstracts of further data\n".repeat(2_000));
    let bench: Vec<String> = (0..1_000).map(|i| format!("o/bench-{i}")).collect();
    let model = audit(&json!({"license": "mit", "datasets": bench}), &body, &[]);
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

/// The findings on lineage of a model that is made from `b/base`, each once, without their prefix.
fn lineage_findings(id: &str, front: &Value, body: &str, base: &Value, files: &[(&str, &str)]) -> Vec<String> {
    let hub = TempHub::new();
    hub.model("b/base", base, "A base.", &[]);
    hub.model(id, front, body, files);
    hub.write(
        "huggingface/datasets/a/nc/info.json",
        json!({"id": "a/nc", "gated": false, "siblings": [{"rfilename": "a.parquet"}], "cardData": {"license": "cc-by-nc-4.0"}})
            .to_string(),
    );
    let model = Tool::json().dir(hub.path()).arg(id).run().model();
    let mut out: Vec<String> =
        list(&model, "findings").iter().filter_map(|f| text(f, "rule").strip_prefix("lineage/").map(str::to_string)).collect();
    out.retain(|rule| rule != "notice-missing");
    out.sort();
    out.dedup();
    out
}

/// Base's license, own license, relation, name, card, what is found.
type Case<'a> = (&'a str, Value, &'a str, &'a str, &'a str, &'a [&'a str]);

#[test]
fn licenses_across_a_lineage() {
    let (quantized, finetune, adapter) = ("quantized", "finetune", "adapter");
    let cases: &[Case] = &[
        // L1, L10, L11
        ("cc-by-nc-4.0", json!("mit"), finetune, "o/n", "", &["terms-dropped"]),
        ("cc-by-nc-4.0", json!("cc-by-nc-4.0"), finetune, "o/n", "", &[]),
        ("cc-by-nc-4.0", json!("mit"), adapter, "o/n", "", &["adapter-terms"]),
        // L2
        ("apache-2.0", json!("mit"), quantized, "o/n", "", &["copy-relicensed"]),
        ("apache-2.0", json!("apache-2.0"), quantized, "o/n", "", &[]),
        ("apache-2.0", json!("mit"), finetune, "o/n", "", &[]),
        // L3
        ("cc-by-nc-4.0", json!("openrail++"), finetune, "o/n", "", &["commerce-added"]),
        // L4, L7, L8
        ("llama3.1", json!("llama3"), finetune, "o/Llama-3-n", "Built with Llama", &["other-version"]),
        ("llama3.1", json!("llama3.1"), finetune, "o/Llama-n", "Built with Llama", &[]),
        ("llama3.1", json!("llama3.1"), finetune, "o/meta-llama-3.1-n", "Built with Llama", &[]),
        ("llama3.1", json!("llama3.1"), finetune, "o/my-llama", "Built with Llama", &["name-prefix"]),
        ("llama3.1", json!("llama3.1"), quantized, "o/my-llama", "Built with Llama", &[]),
        ("llama3.1", json!("llama3.1"), finetune, "o/Llama-n", "", &["display-missing"]),
        // L5, L10
        ("openrail++", json!("cc-by-nc-4.0"), finetune, "o/n", "", &["terms-not-passed-on"]),
        // L6
        ("apache-2.0", Value::Null, finetune, "o/n", "", &["license-lost"]),
        ("apache-2.0", json!("other"), finetune, "o/n", "", &["license-lost"]),
        // L13
        ("apache-2.0", json!("mit"), finetune, "o/n", "It was trained on data generated by GPT-4.", &["trained-on-outputs"]),
        ("apache-2.0", json!("mit"), finetune, "o/n", "It does not contain data generated by GPT-4.", &[]),
        ("apache-2.0", json!("mit"), finetune, "o/n", "## Evaluation\n\nQuestions were generated by GPT-4.", &[]),
    ];
    for (base, own, relation, name, body, expected) in cases {
        let mut front = json!({"base_model": "b/base", "base_model_relation": relation});
        if !own.is_null() {
            front["license"] = own.clone();
        }
        let found = lineage_findings(name, &front, body, &json!({"license": base}), &[]);
        assert_eq!(found, *expected, "{base} -> {own} ({relation}) {name} {body:?}");
    }
    // L16: a base that may not be passed on.
    let front = json!({"license": "other", "license_name": "microsoft-research-license", "base_model": "b/base"});
    let base = json!({"license": "other", "license_name": "microsoft-research-license"});
    assert!(lineage_findings("o/n", &front, "", &base, &[]).contains(&"no-redistribution".to_string()));
    // L14: nothing but non-commercial data.
    for (own, expected) in [("mit", &["data-non-commercial"][..]), ("cc-by-nc-4.0", &[])] {
        let front = json!({"license": own, "datasets": ["a/nc"]});
        assert_eq!(lineage_findings("o/n", &front, "", &json!({}), &[]), expected, "{own}");
    }
}

/// L15: data that ask for their own license stand in the repository.
#[test]
fn data_that_are_passed_on() {
    let of = |data: &str, own: &str, file: &str| {
        let hub = TempHub::new();
        let info = json!({"id": "a/b", "gated": false, "cardData": {"license": data}, "siblings": [{"rfilename": "a"}]});
        hub.write("huggingface/datasets/a/b/info.json", info.to_string());
        hub.model("o/n", &json!({"license": own, "datasets": ["a/b"]}), "", &[(file, "x")]);
        let model = Tool::json().dir(hub.path()).arg("o/n").run().model();
        let found = list(&model, "findings").iter().find(|f| f["rule"] == "lineage/data-passed-on").cloned();
        found.map(|f| text(&f, "message").to_string())
    };
    let said = of("cc-by-sa-4.0", "mit", "data/train.jsonl").expect("a note");
    assert_eq!(said, "data/train.jsonl stands in the repository; a/b is under CC-BY-SA-4.0 (share-alike), the model under MIT");
    assert!(of("cc-by-nd-4.0", "mit", "dataset.csv").is_some());
    assert_eq!(of("cc-by-sa-4.0", "cc-by-sa-4.0", "data/train.jsonl"), None);
    assert_eq!(of("mit", "mit", "data/train.jsonl"), None);
    assert_eq!(of("cc-by-sa-4.0", "mit", "tokenizer.json"), None);
    assert_eq!(of("cc-by-sa-4.0", "mit", "train.py"), None);
}

/// L18: the base was under another license once.
#[test]
fn a_base_that_was_relicensed() {
    // The base, the model's front matter beside `base_model`, its day, and what the note says.
    let former = "this model names LicenseRef-yi";
    let yi = json!({"license": "other", "license_name": "yi-license"});
    let research = json!({"license": "other", "license_name": "microsoft-research-license"});
    let (apache, mit) = (json!({"license": "apache-2.0"}), json!({"license": "mit"}));
    let turbo = json!({"license": "openrail++"});
    let cases = [
        ("01-ai/Yi-34B", &yi, "2025-01-01", Some(former)),
        (
            "01-ai/Yi-34B",
            &apache,
            "2023-12-24",
            Some("is under Apache License 2.0 since 2024-05-30; this model was made before, on 2023-12-24"),
        ),
        ("01-ai/Yi-34B", &apache, "2024-05-30", None),
        // It never was under the former one.
        ("01-ai/Yi-1.5-34B", &yi, "2024-05-13", None),
        ("microsoft/phi-2", &research, "2024-01-01", Some("this model names LicenseRef-msr-la")),
        // The day of its change is in no rule.
        ("microsoft/phi-2", &mit, "2024-01-01", None),
        ("stabilityai/sdxl-turbo", &turbo, "2024-01-01", Some("what is known of the base names LicenseRef-stabilityai-nc-research")),
    ];
    for (base, own, day, expected) in cases {
        let model = made_from(base, "o/n", own, day);
        let note = list(&model, "findings").iter().find(|f| f["rule"] == "lineage/base-relicensed");
        assert_eq!(note.is_some(), expected.is_some(), "{base} {own} {day}");
        if let (Some(note), Some(expected)) = (note, expected) {
            assert_eq!(text(note, "severity"), "note");
            assert!(text(note, "message").contains(expected), "{note}");
        }
    }
    // Its own makers may license their own model as they like.
    assert!(
        list(&made_from("01-ai/Yi-34B", "01-ai/n", &yi, "2023-12-24"), "findings").iter().all(|f| f["rule"] != "lineage/base-relicensed")
    );
    // The note changes no license.
    let effective = |day: &str| made_from("01-ai/Yi-34B", "o/n", &apache, day)["license"].clone();
    assert_eq!(effective("2023-12-24"), effective("2025-01-01"));
}

/// The audit of a model of that day, made from a base whose record is not there.
fn made_from(base: &str, id: &str, front: &Value, day: &str) -> Value {
    let hub = TempHub::new();
    let mut front = front.clone();
    front["base_model"] = json!(base);
    hub.model(id, &front, "", &[]);
    let path = hub.model_dir(id).join("info.json");
    let mut info: Value = serde_json::from_slice(&std::fs::read(&path).expect("read")).expect("JSON");
    info["createdAt"] = json!(format!("{day}T00:00:00.000Z"));
    std::fs::write(path, info.to_string()).expect("write");
    Tool::json().dir(hub.path()).arg(id).run().model()
}

#[test]
fn a_copy_of_the_license_and_merges() {
    // L9: the base asks for a copy of its license.
    let notices = |files: &[(&str, &str)]| {
        let hub = TempHub::new();
        hub.model("b/base", &json!({"license": "llama3.1"}), "", &[]);
        hub.model("o/Llama-n", &json!({"license": "llama3.1", "base_model": "b/base"}), "Built with Llama", files);
        let model = Tool::json().dir(hub.path()).arg("o/Llama-n").run().model();
        list(&model, "findings").iter().any(|f| f["rule"] == "lineage/notice-missing")
    };
    assert!(notices(&[]));
    assert!(!notices(&[("NOTICE", "Llama 3.1 is licensed under the Llama 3.1 Community License.")]));
    // L12: two bases that each want their own license on the whole.
    let clash = |one: &str, other: &str| {
        let hub = TempHub::new();
        hub.model("a/one", &json!({"license": one}), "", &[]);
        hub.model("b/other", &json!({"license": other}), "", &[]);
        hub.model("o/n", &json!({"license": "other", "base_model": ["a/one", "b/other"]}), "", &[]);
        let model = Tool::json().dir(hub.path()).arg("o/n").run().model();
        list(&model, "findings").iter().any(|f| f["rule"] == "lineage/merge-clash")
    };
    assert!(clash("cc-by-sa-4.0", "gpl-3.0"));
    assert!(!clash("cc-by-sa-4.0", "cc-by-sa-4.0"));
    assert!(!clash("cc-by-sa-4.0", "mit"));
}

#[test]
fn a_base_that_nobody_declares() {
    let suspected = |front: &Value, body: &str| {
        let model = audit(front, body, &[]);
        let finding = list(&model, "findings").iter().find(|f| f["rule"] == "lineage/undeclared-base").cloned();
        finding.map(|f| f["evidence"][0]["lines"][0].clone())
    };
    let mit = json!({"license": "mit"});
    for body in [
        "It was fine-tuned from Llama 2.",
        "Ein Modell basierend auf Llama-2.",
        "Un modèle basé sur Llama 2.",
        "Un modelo basado en Llama-2.",
    ] {
        assert_eq!(suspected(&mit, body), Some(json!(5)), "{body}");
    }
    // With a size it is one model, which is followed as a declared one is.
    for (body, base) in [
        ("A model based on Meta's LLaMA-2-7B.", "meta-llama/Llama-2-7b-hf"),
        ("Ein Modell basierend auf Llama-2-13b.", "meta-llama/Llama-2-13b-hf"),
    ] {
        let model = audit(&mit, body, &[]);
        assert_eq!(list(&model, "lineage").iter().map(|a| text(a, "id")).collect::<Vec<_>>(), [base]);
        assert_eq!(text(&model["license"], "effective"), "MIT AND LicenseRef-llama-2", "{body}");
    }
    for body in [
        "It is based on the Llama 2 architecture.",
        "It was fine-tuned with LLaMA-Factory, and based on llama.cpp.",
        "Unlike models based on Llama 2, it is free.",
        "It is based on a paper about llamas.",
        "Based on OpenLLaMA.",
    ] {
        assert_eq!(suspected(&mit, body), None, "{body}");
    }
    // A folder of its author's is no model that anybody could look at.
    let folder = json!({"license": "mit", "base_model": "/home/me/models/acme_Llama-2-7b"});
    let model = audit(&folder, "", &[]);
    assert_eq!((text(&model, "verdict"), text(&model, "verdict_possible")), ("weights-available", "open-weights"));
}
