//! Licenses end to end: names, texts, what is concluded for a model, and how it is printed.

mod support;

use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::OnceLock;
use support::{TempHub, Tool, list, text};
use trulyopen::license::names::meaning;
use trulyopen::license::text::{Identity, identify};
use trulyopen::license::{find, names_something};
use trulyopen::rules::Rules;
use trulyopen::rules::licenses::Known;
use trulyopen::vocabulary::{Content, Openness};

const MIT: &str = include_str!("data/MIT.txt");
const APACHE: &str = include_str!("../LICENSE");

fn rules() -> &'static Rules {
    static RULES: OnceLock<Rules> = OnceLock::new();
    RULES.get_or_init(|| Rules::load(None).expect("the built-in rules"))
}

fn id_of(name: &str) -> Option<&'static str> {
    find(rules(), name).map(|k| k.id())
}

fn identity(text: &str) -> Identity {
    identify(text.as_bytes(), rules()).identity
}

/// What a reader would take for an open license.
fn reads_open(identity: &Identity) -> bool {
    match identity {
        Identity::Exact { id } | Identity::Marked { id } => {
            find(rules(), id).is_some_and(|k| Content::ALL.iter().any(|c| k.openness(*c) == Openness::Open))
        }
        _ => false,
    }
}

// Names

/// Every identifier that the hub accepts as `license` (its documentation, "Licenses").
const HUB_IDS: &str = "apache-2.0 mit openrail bigscience-openrail-m creativeml-openrail-m bigscience-bloom-rail-1.0 \
bigcode-openrail-m afl-3.0 artistic-2.0 bsl-1.0 bsd bsd-2-clause bsd-3-clause bsd-3-clause-clear c-uda cc cc0-1.0 cc-by-2.0 \
cc-by-2.5 cc-by-3.0 cc-by-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0 cc-by-nd-4.0 cc-by-nc-nd-3.0 \
cc-by-nc-nd-4.0 cc-by-nc-sa-2.0 cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 cdla-sharing-1.0 cdla-permissive-1.0 cdla-permissive-2.0 wtfpl \
ecl-2.0 epl-1.0 epl-2.0 etalab-2.0 eupl-1.1 eupl-1.2 agpl-3.0 gfdl gpl gpl-2.0 gpl-3.0 lgpl lgpl-2.1 lgpl-3.0 isc h-research \
intel-research lppl-1.3c ms-pl apple-ascl apple-amlr mpl-2.0 odc-by odbl openmdw-1.0 openmdw-1.1 openrail++ osl-3.0 postgresql \
ofl-1.1 ncsa unlicense zlib pddl lgpl-lr deepfloyd-if-license fair-noncommercial-research-license llama2 llama3 llama3.1 \
llama3.2 llama3.3 llama4 grok2-community gemma";

#[test]
fn every_identifier_of_the_hub_is_known() {
    assert_eq!(HUB_IDS.split_whitespace().count(), 81);
    for name in HUB_IDS.split_whitespace() {
        let known = find(rules(), name).unwrap_or_else(|| panic!("{name} is not known"));
        assert!(matches!(known, Known::Rule(_)), "{name} has an entry with terms");
        assert_eq!(id_of(&format!("license:{name}")), Some(known.id()), "as a tag of the hub");
    }
    for nothing in ["other", "unknown"] {
        assert!(!names_something(nothing), "{nothing} names no license");
    }
}

#[test]
fn every_license_of_the_spdx_list_is_known_with_its_flags() {
    for listed in spdx::identifiers::LICENSES {
        let id = spdx::license_id(listed.name).expect("an id of the list");
        let known = find(rules(), listed.name).unwrap_or_else(|| panic!("{} is not known", listed.name));
        let by_title = find(rules(), id.full_name).unwrap_or_else(|| panic!("{} is not known", id.full_name));
        if let Known::Listed(_) = known {
            let approved = id.is_osi_approved() || id.is_fsf_free_libre();
            let expected = if approved { Openness::Open } else { Openness::Unknown };
            assert_eq!(known.openness(Content::Weights), expected, "{}", listed.name);
            assert_eq!(by_title.openness(Content::Code) == Openness::Open, approved, "the title of {}", listed.name);
        }
    }
    let deprecated = Tool::new().args(["license", "eCos-2.0", "--format", "json"]).run().code(0).document();
    assert_eq!(deprecated["license"]["deprecated"], true);
    assert_eq!(deprecated["license"]["spdx"], true);
}

#[test]
fn names_as_people_write_them() {
    for (expected, names) in [
        (
            "Apache-2.0",
            vec![
                "Apache License 2.0",
                "Apache 2",
                "apache-2",
                "apache 2.0",
                "Apache License, Version 2.0",
                "The Apache Software License, Version 2.0",
                "apache2.0",
                "APACHE_2.0",
                "\"apache-2.0\"",
                "SPDX-License-Identifier: Apache-2.0",
                "license:apache-2.0",
                "Apache Licence v2",
                "https://www.apache.org/licenses/LICENSE-2.0",
            ],
        ),
        ("MIT", vec!["MIT", "mit", "MIT License", "The MIT License", "the MIT licence", "MIT License (MIT)", "scancode:mit", "Expat"]),
        ("BSD-3-Clause", vec!["BSD 3-Clause", "bsd-3", "BSD-3-Clause License", "new BSD", "LicenseRef-scancode-bsd-new", "3-clause BSD"]),
        (
            "CC-BY-4.0",
            vec![
                "CC BY 4.0",
                "cc-by-4",
                "CC_BY_4.0",
                "Creative Commons Attribution 4.0 International",
                "https://creativecommons.org/licenses/by/4.0/",
            ],
        ),
        ("CC-BY-NC-SA-4.0", vec!["CC BY-NC-SA 4.0", "cc-by-nc-sa 4.0", "CC-BY-NC-SA-4.0 License"]),
        ("CC0-1.0", vec!["cc0", "CC0 1.0", "CC0 1.0 Universal"]),
        ("GPL-3.0-only", vec!["gpl-3.0", "GPLv3", "GPL v3", "GNU GPL v3", "GNU General Public License v3.0"]),
        ("GPL-3.0-or-later", vec!["GPL-3.0+", "gplv3+", "GPL-3.0-or-later"]),
        (
            "LicenseRef-llama-3.1",
            vec![
                "llama3.1",
                "llama-3.1",
                "Llama 3.1 Community License",
                "LLAMA 3.1 COMMUNITY LICENSE AGREEMENT",
                "scancode:llama-3.1-license-2024",
            ],
        ),
        ("LicenseRef-llama-2", vec!["llama2", "Llama 2", "LicenseRef-scancode-llama-2-license-2023"]),
        ("LicenseRef-gemma", vec!["gemma", "license:gemma", "Gemma Terms of Use", "gemma-tou-2025-03-24"]),
        ("LicenseRef-bsd-family", vec!["bsd", "BSD License"]),
        ("LicenseRef-cc-family", vec!["cc", "Creative Commons"]),
        ("LicenseRef-gpl-family", vec!["gpl", "GNU GPL"]),
    ] {
        for name in names {
            let parts = meaning(rules(), name).parts;
            let ids: Vec<_> = parts.iter().map(|p| p.as_ref().map_or("?", |k| k.id())).collect();
            assert_eq!(ids, [expected], "{name}");
        }
    }
    // What no rule knows stays unknown: nothing is guessed from a part of a name.
    for name in [
        "mit-like",
        "non-mit",
        "Apache 2.0 with restrictions",
        "apache-2.0-nc",
        "llama 9",
        "LicenseRef-MIT",
        "gemma-9-terms",
        "bsd-ish",
        "open",
    ] {
        assert_eq!(id_of(name), None, "{name}");
    }
}

#[test]
fn lists_and_expressions_in_front_matter() {
    for (front, concluded, openness) in [
        (json!({"license": ["mit", "cc-by-nc-4.0"]}), "MIT AND CC-BY-NC-4.0", "restricted"),
        (json!({"license": "MIT OR CC-BY-NC-4.0"}), "MIT", "open"),
        (json!({"license": "Apache-2.0 AND MIT"}), "Apache-2.0 AND MIT", "open"),
        (json!({"license": "GPL-2.0-only WITH Classpath-exception-2.0"}), "GPL-2.0-only", "open"),
        (json!({"license": "other", "license_name": "gemma"}), "LicenseRef-gemma", "restricted"),
        (
            json!({"license": "other", "license_name": "mine", "license_link": "https://ai.google.dev/gemma/terms"}),
            "LicenseRef-gemma",
            "restricted",
        ),
        (
            json!({"license": "other", "license_link": "https://huggingface.co/meta-llama/Llama-3.1-8B/blob/main/LICENSE"}),
            "LicenseRef-llama-3.1",
            "restricted",
        ),
        (json!({"license": "Acme 3"}), "LicenseRef-acme-3", "unknown"),
    ] {
        let hub = TempHub::new();
        hub.model("a/b", &front, "# B", &[]);
        let model = Tool::json().arg("a/b").dir(hub.path()).run().model();
        assert_eq!(model["license"]["concluded"], concluded, "{front}");
        assert_eq!(model["license"]["openness"], openness, "{front}");
    }
}

// Texts

/// Titles and marking words of licenses (facts) around words of our own: what is recognised is the mark, in any
/// of its versions, whether or not the text is in somebody's list.
#[test]
fn texts_of_ai_licenses_are_recognised_by_their_marks() {
    for (expected, marks) in [
        (
            "LicenseRef-llama-2",
            "LLAMA 2 COMMUNITY LICENSE AGREEMENT. Llama 2 Version Release Date: July 18, 2023. The Llama Materials set forth herein.",
        ),
        ("LicenseRef-llama-3", "META LLAMA 3 COMMUNITY LICENSE AGREEMENT. The Llama Materials set forth herein."),
        ("LicenseRef-llama-3.1", "**LLAMA 3.1 COMMUNITY LICENSE AGREEMENT**\nThe Llama Materials set forth herein."),
        ("LicenseRef-llama-4", "<h1>LLAMA 4 COMMUNITY LICENSE AGREEMENT</h1>\n<p>The Llama Materials set forth herein.</p>"),
        ("LicenseRef-gemma", "Gemma Terms of Use. Gemma Services. Model Derivatives."),
        ("LicenseRef-bigcode-openrail-m", "BigCode OpenRAIL-M v1 License Agreement"),
        ("LicenseRef-mistral-mrl-0.1", "Mistral AI Research License. For Research Purposes."),
        ("LicenseRef-mistral-mnpl-0.1", "Mistral AI Non-Production License"),
        ("LicenseRef-chameleon-research", "Chameleon Research License"),
        ("LicenseRef-exaone-1.1-nc", "EXAONE AI Model License Agreement 1.1 - NC"),
        ("LicenseRef-nvidia-nscl", "NVIDIA Source Code License for StyleGAN3. May be used non-commercially."),
        ("LicenseRef-nvidia-open-model", "NVIDIA Open Model License Agreement. Last modified: October 24, 2025"),
        ("LicenseRef-cogvideox", "The CogVideoX License"),
        ("LicenseRef-tii-falcon-180b", "Falcon 180B TII License Version 1.0"),
        ("LicenseRef-tongyi-qianwen", "Tongyi Qianwen LICENSE AGREEMENT. Tongyi Qianwen Release Date: August 3, 2023"),
        ("LicenseRef-qwen-research", "Qwen RESEARCH LICENSE AGREEMENT"),
        ("LicenseRef-jamba-open-model", "Jamba Open Model License Agreement"),
        ("LicenseRef-bilibili-indextts", "bilibili Model Use License Agreement"),
        ("LicenseRef-hyperclova-x-seed", "HyperCLOVA X SEED Model License Agreement"),
        ("LicenseRef-openrail-plus-plus-m", "CreativeML Open RAIL++-M License dated July 26, 2023"),
        ("LicenseRef-flux-1-dev-nc", "FLUX.1 [dev] Non-Commercial License v1.1.1"),
        ("LicenseRef-stabilityai-community", "STABILITY AI COMMUNITY LICENSE AGREEMENT"),
        ("LicenseRef-ai2-impact-mr", "AI2 ImpACT License. Medium Risk Artifacts (MR Agreement)"),
    ] {
        let body = format!("{marks}\n\nThis stands in for the real text and says nothing else.\n");
        let expected = id_of(expected).unwrap_or_else(|| panic!("no entry {expected}"));
        assert_eq!(identity(&body), Identity::Marked { id: expected.into() }, "{marks}");
        // The same on one line, as UTF-16, quoted.
        assert_eq!(identity(&body.replace('\n', " ")), Identity::Marked { id: expected.into() }, "{marks}, on one line");
        let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(body.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(identify(&utf16, rules()).identity, Identity::Marked { id: expected.into() }, "{marks}, in UTF-16");
    }
}

#[test]
fn a_policy_is_no_license() {
    for title in ["Llama 3.1 Acceptable Use Policy", "Gemma Prohibited Use Policy", "Llama 4 Acceptable Use Policy"] {
        let body = format!("{title}\n\nYou agree not to use it for these purposes.\n");
        assert_eq!(identity(&body), Identity::Unrecognised, "{title}");
    }
}

#[test]
fn a_condition_cannot_hide() {
    for (name, text) in [("MIT", MIT), ("Apache-2.0", APACHE)] {
        assert_eq!(identity(text), Identity::Exact { id: name.into() });
        for (how, changed) in [
            ("in a notice", format!("Copyright (c) 2026 Acme. Not for commercial use.\n\n{text}")),
            ("in a notice, as a purpose", format!("Copyright (c) 2026 Acme, for academic research\n\n{text}")),
            ("behind blanks", format!("{text}{}Not for commercial use.", " ".repeat(3_000_000))),
            ("behind line breaks", format!("{text}{}Not for commercial use.", "\n".repeat(1_000_000))),
            ("in angle brackets", format!("{text}\n<b not for commercial use>\n")),
            ("in an attribute", format!("{text}\n<p title=\"not for commercial use\">\n")),
            ("in a comment", format!("{text}\n<!-- not for commercial use -->\n")),
            ("in letters", format!("{text}\nn o t f o r c o m m e r c i a l u s e\n")),
            ("in another script", format!("{text}\n不得用于商业用途\n")),
            ("in capitals at the end", format!("{text}\nRESEARCH USE ONLY\n")),
            ("in the middle", text.replacen("without", "\n\nSubject to payment of a fee.\n\nwithout", 1)),
            ("in the title", format!("Non-commercial research license\n\n{text}")),
        ] {
            assert!(!matches!(identity(&changed), Identity::Exact { .. }), "{name}, {how}: {:?}", identity(&changed));
        }
        for (how, same) in [
            ("a notice", format!("Copyright (c) 2019-2026 Acme Research and its contributors. All rights reserved.\n\n{text}")),
            (
                "a page",
                format!(
                    "<!DOCTYPE html>\n<html lang=\"en\"><body class=\"a b\"><pre>\n{}\n</pre></body></html>",
                    text.replace('<', "&lt;")
                ),
            ),
            ("CRLF", text.replace('\n', "\r\n")),
            ("a mark", format!("\u{feff}{text}")),
        ] {
            assert_eq!(identity(&same), Identity::Exact { id: name.into() }, "{name}, {how}");
        }
    }
}

#[test]
fn two_licenses_are_not_one() {
    for both in [format!("{MIT}\n\n{APACHE}"), format!("{APACHE}\n\n{MIT}"), format!("{MIT}\n{MIT}\nExcept that users pay.")] {
        assert!(!matches!(identity(&both), Identity::Exact { .. }));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever is added, wherever, in whatever dress: it is not the plain license any more.
    #[test]
    fn no_clause_is_overlooked(
        at in 0usize..1000,
        dress in prop::sample::select(vec!["{}", "Copyright (c) 2025 Acme. {}", "© 2025 Acme {}", "(c) 2025 {}", "All rights reserved. {}", "<b {}>", "<!-- {} -->", "> {}", "1. {}", "# {}"]),
        subject in prop::sample::select(vec!["You", "Users", "Companies above 100 million users", "The licensee", "Nobody"]),
        verb in prop::sample::select(vec!["may not", "must never", "shall not", "agree not to", "must pay a fee to", "need written consent to"]),
        object in prop::sample::select(vec!["sell it", "use it commercially", "deploy it in the EU", "train other models on its outputs", "use it for weapons"]),
        apache in any::<bool>(),
    ) {
        let text = if apache { APACHE } else { MIT };
        let lines: Vec<&str> = text.lines().collect();
        let clause = dress.replace("{}", &format!("{subject} {verb} {object}."));
        let mut changed = lines.clone();
        changed.insert(at % (lines.len() + 1), &clause);
        let got = identity(&changed.join("\n"));
        prop_assert!(!reads_open(&got), "{clause}: {got:?}");
    }

    #[test]
    fn line_breaks_do_not_matter(seed in prop::collection::vec(1usize..90, 1..20), apache in any::<bool>()) {
        let text = if apache { APACHE } else { MIT };
        // Not the notice, which is a line of its own.
        let mut out = String::new();
        let mut widths = seed.iter().cycle();
        let mut left = *widths.next().unwrap();
        for line in text.lines() {
            if line.trim_start().starts_with("Copyright (c)") {
                out.push_str(&format!("\n{line}\n"));
                continue;
            }
            for word in line.split_whitespace() {
                out.push_str(word);
                left = left.saturating_sub(word.len() + 1);
                out.push(if left == 0 { '\n' } else { ' ' });
                if left == 0 {
                    left = *widths.next().unwrap();
                }
            }
        }
        prop_assert_eq!(identity(&out), identity(text));
    }

    #[test]
    fn a_part_of_a_license_is_not_it(from in 0usize..100, to in 0usize..100) {
        let (from, to) = (from.min(to), from.max(to));
        let words: Vec<&str> = APACHE.split_whitespace().collect();
        // The appendix may be left out: only the terms count.
        let terms = words.windows(3).position(|w| w == ["END", "OF", "TERMS"]).unwrap();
        let part = &words[terms * from / 100..terms * to / 100];
        if part.len() + 20 < terms {
            let got = identity(&part.join(" "));
            prop_assert!(!reads_open(&got), "{got:?}");
        }
    }

    #[test]
    fn any_text_is_identified(text in "(\\PC|[<>&;\"=/!-]|\n|MIT License|Permission is hereby granted|Copyright \\(c\\) 2024){0,60}") {
        prop_assert!(!reads_open(&identity(&text)));
    }
}

// What is concluded for a model

fn audited(front: &Value, body: &str, files: &[(&str, &str)]) -> Value {
    let hub = TempHub::new();
    hub.model("acme/m", front, body, files);
    Tool::json().arg("acme/m").dir(hub.path()).run().model()
}

fn findings(model: &Value) -> Vec<String> {
    list(model, "findings").iter().map(|f| text(f, "rule").to_string()).filter(|r| r.starts_with("license/")).collect()
}

fn component<'m>(model: &'m Value, id: &str) -> &'m Value {
    list(model, "components").iter().find(|c| c["id"] == id).unwrap_or_else(|| panic!("no component {id}"))
}

const LLAMA: &str = "LLAMA 3.1 COMMUNITY LICENSE AGREEMENT\n\nThe Llama Materials set forth herein. A stand-in.\n";

/// Words of our own that no rule knows, long enough not to be a pointer to a license.
fn unknown_text() -> String {
    "This paper grants some things and forbids others in words that nobody has read before. ".repeat(8)
}

#[test]
fn each_disagreement_is_a_finding() {
    let modified = MIT.replacen("without restriction", "without restriction, for research only", 1);
    let unknown = unknown_text();
    for (rule, front, body, files) in [
        ("license/text-differs-from-tag", json!({"license": "mit"}), "# M", vec![("LICENSE", APACHE)]),
        ("license/text-differs-from-tag", json!({"license": "apache-2.0"}), "# M", vec![("LICENSE.txt", LLAMA)]),
        ("license/prose-contradicts-tag", json!({"license": "mit"}), "## License\n\nThe model is released under CC-BY-NC-4.0.", vec![]),
        ("license/prose-contradicts-tag", json!({}), "## License\n\nThe weights are under CC-BY-NC-4.0.", vec![("LICENSE", APACHE)]),
        ("license/tag-is-other", json!({"license": "other"}), "# M", vec![("LICENSE", APACHE)]),
        ("license/use-policy", json!({"license": "mit"}), "# M", vec![("LICENSE", MIT), ("USE_POLICY.md", "Do no harm.")]),
        ("license/none", json!({}), "# M", vec![]),
        ("license/empty", json!({"license": "mit"}), "# M", vec![("LICENSE", " \n")]),
        ("license/link-broken", json!({"license": "other", "license_name": "gemma", "license_link": "LICENSE"}), "# M", vec![]),
        ("license/name-contradicts-tag", json!({"license": "mit", "license_name": "gemma"}), "# M", vec![]),
        ("license/text-modified", json!({"license": "mit"}), "# M", vec![("LICENSE", modified.as_str())]),
        ("license/unrecognised", json!({"license": "mit"}), "# M", vec![("LICENSE", unknown.as_str())]),
        ("license/unrecognised", json!({"license": "other"}), "# M", vec![]),
        ("license/several", json!({"license": ["mit", "apache-2.0"]}), "# M", vec![]),
        ("license/ambiguous", json!({"license": "cc"}), "# M", vec![]),
    ] {
        let model = audited(&front, body, &files);
        let found = findings(&model);
        assert!(
            found.contains(&rule.to_string()),
            "{rule} for {front} with {:?}: {found:?}",
            files.iter().map(|f| f.0).collect::<Vec<_>>()
        );
        let finding = list(&model, "findings").iter().find(|f| f["rule"] == rule).expect("it was found");
        assert!(!list(finding, "evidence").is_empty(), "{rule} cites what it saw");
        assert!(!text(finding, "help").is_empty());
    }
    // And none where all agree.
    let model = audited(&json!({"license": "mit"}), "## License\n\nThis model is released under the MIT license.", &[("LICENSE", MIT)]);
    assert_eq!(findings(&model), Vec::<String>::new());
    let none = audited(&json!({}), "# M", &[]);
    assert!(list(&none, "findings").iter().any(|f| text(f, "message").contains("all rights are reserved")));
    assert_eq!(none["license"]["openness"], "none");
}

#[test]
fn what_contradicts_a_restriction_never_lifts_it() {
    for (front, body, files) in [
        (json!({"license": "mit"}), "# M", vec![("LICENSE", LLAMA)]),
        (json!({"license": "llama3.1"}), "# M", vec![("LICENSE", MIT)]),
        (json!({"license": "llama3.1"}), "## License\n\nMIT License", vec![]),
        (json!({"license": "other"}), "## License\n\nCC-BY-NC-4.0", vec![]),
        (json!({"license": "mit"}), "## License\n\nThe weights are under CC-BY-NC-4.0.", vec![]),
        (json!({"license": "cc-by-nc-4.0"}), "# M", vec![("LICENSE", "")]),
        (json!({"license": "mit", "extra_gated_prompt": LLAMA}), "# M", vec![]),
    ] {
        let model = audited(&front, body, &files);
        assert_eq!(model["license"]["openness"], "restricted", "{front} {body}");
        assert_eq!(model["verdict"], "weights-available", "{front} {body}");
    }
}

#[test]
fn a_text_in_the_card_or_at_the_gate_counts() {
    let gate = audited(&json!({"license": "other", "extra_gated_prompt": LLAMA}), "# M", &[]);
    assert_eq!(gate["license"]["concluded"], "LicenseRef-llama-3.1");
    assert!(text(&gate["license"], "reason").contains("prompt at the gate"), "{}", gate["license"]);
    let card = audited(&json!({}), &format!("## License\n\n{MIT}"), &[]);
    assert_eq!(card["license"]["concluded"], "MIT");
    assert_eq!(card["license"]["basis"], "verified");
    assert!(text(&card["license"], "reason").contains("section on the license"), "{}", card["license"]);
    let fenced = audited(&json!({"license": "apache-2.0"}), &format!("## License\n\nAs follows:\n\n```text\n{MIT}\n```\n"), &[]);
    assert_eq!(fenced["license"]["concluded"], "MIT");
    assert!(findings(&fenced).contains(&"license/text-differs-from-tag".to_string()));
}

#[test]
fn each_component_has_its_license_and_the_reason() {
    let code = ("modeling_m.py", "class M: pass\n");
    // A file of its own for the code, another for the weights.
    let apart = audited(
        &json!({"license": "other", "library_name": "transformers"}),
        "# M",
        &[("LICENSE-CODE", MIT), ("LICENSE-MODEL", LLAMA), code],
    );
    let license = |model: &Value, id: &str| component(model, id)["license"].clone();
    assert_eq!(license(&apart, "model-parameters-final")["expression"], "LicenseRef-llama-3.1");
    assert!(text(&license(&apart, "model-parameters-final"), "reason").contains("LICENSE-MODEL"));
    assert_eq!(license(&apart, "model-architecture")["expression"], "MIT");
    assert!(text(&license(&apart, "model-architecture"), "reason").contains("LICENSE-CODE"));
    for file in ["MODEL_LICENSE", "LICENSE_MODEL.md", "LICENSE-WEIGHTS"] {
        let model = audited(&json!({"license": "mit"}), "# M", &[("LICENSE", MIT), (file, LLAMA)]);
        assert_eq!(model["license"]["concluded"], "LicenseRef-llama-3.1", "{file}");
    }
    // The card's words.
    let body = "## License\n\nCode is MIT, weights are CC-BY-NC-4.0.";
    let said = audited(&json!({"license": "cc-by-nc-4.0"}), body, &[code]);
    assert_eq!(license(&said, "model-parameters-final")["expression"], "CC-BY-NC-4.0");
    assert_eq!(license(&said, "model-architecture")["expression"], "MIT");
    assert!(text(&license(&said, "model-architecture"), "reason").contains("line"));
    assert_eq!(findings(&said), Vec::<String>::new(), "each speaks of its own part");
    // Every license of every component says why.
    for c in list(&said, "components").iter().filter(|c| c["license"]["expression"].is_string() && c["availability"] == "released") {
        assert!(!text(&c["license"], "reason").is_empty(), "{c}");
    }
    let hub = TempHub::new();
    hub.model("acme/m", &json!({"license": "cc-by-nc-4.0"}), body, &[code]);
    let shown = Tool::audit().args(["acme/m", "-v"]).dir(hub.path()).run().stdout;
    assert!(shown.contains("MIT: the card's section on the license"), "{shown}");
}

// The command

fn license_of_file(bytes: &[u8]) -> (i32, Value) {
    let dir = tempfile::TempDir::new().expect("a directory");
    let path = dir.path().join("LICENSE");
    std::fs::write(&path, bytes).expect("write");
    let run = Tool::new().arg("license").arg(&path).args(["--format", "json"]).run();
    (run.code, run.document())
}

#[test]
fn bad_input_has_a_clear_answer() {
    let utf16 = |text: &str, big: bool| -> Vec<u8> {
        let mark: [u8; 2] = if big { [0xfe, 0xff] } else { [0xff, 0xfe] };
        mark.into_iter().chain(text.encode_utf16().flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() })).collect()
    };
    let latin1: Vec<u8> = MIT.replace("Somebody", "Jos\u{e9} N\u{fa}\u{f1}ez").chars().map(|c| c as u8).collect();
    let mut odd = utf16(MIT, false);
    odd.push(b'x');
    let long = "Words that are no license at all. ".repeat(10 << 20 >> 5);
    let padded = format!("{MIT}{}Not for commercial use.", " ".repeat(17 << 20));
    for (what, bytes, code, kind) in [
        ("binary", b"\x7fELF\x00\x01\x02\x00".to_vec(), 3, "not-text"),
        ("PDF", b"%PDF-1.7 Apache License".to_vec(), 3, "not-text"),
        ("empty", Vec::new(), 3, "empty"),
        ("blanks", b" \r\n\t ".to_vec(), 3, "empty"),
        ("a mark alone", vec![0xef, 0xbb, 0xbf], 3, "empty"),
        ("UTF-8 with a mark", [&[0xef, 0xbb, 0xbf], MIT.as_bytes()].concat(), 0, "exact"),
        ("UTF-16, little endian", utf16(MIT, false), 0, "exact"),
        ("UTF-16, big endian", utf16(MIT, true), 0, "exact"),
        ("Latin-1", latin1, 0, "exact"),
        ("10 MB of text", long.into_bytes(), 3, "unrecognised"),
        ("10 MB of tags", b"<b".repeat(5 << 20), 3, "unrecognised"),
        ("10 MB of one letter", b"a".repeat(10 << 20), 3, "unrecognised"),
        ("more than is looked at", padded.into_bytes(), 3, "unrecognised"),
        ("UTF-16 and a byte too many", odd, 0, "exact"),
        ("noise", (1u8..=255).collect(), 3, "unrecognised"),
    ] {
        let (got, document) = license_of_file(&bytes);
        assert_eq!((got, text(&document, "match")), (code, kind), "{what}: {document}");
        if code == 3 {
            assert!(document["license"].is_null() && document["openness"]["weights"] == "unknown", "{what}: {document}");
        }
    }
    let directory = Tool::new().args(["license", "tests"]).run().code(2);
    assert!(directory.stderr.contains("is a directory"), "{}", directory.stderr);
    let missing = Tool::new().args(["license", "no/such/LICENSE.txt"]).run().code(2);
    assert!(missing.stderr.contains("there is no such file"), "{}", missing.stderr);
    let misspelt = Tool::new().args(["license", "Apache-2.00"]).run();
    assert!(misspelt.code == 2 && misspelt.stderr.contains("Apache-2.0"), "{}", misspelt.stderr);
    let stdin = Tool::new().args(["license", "-"]).stdin(MIT).run().code(0);
    assert!(stdin.stdout.starts_with("-: MIT"), "{}", stdin.stdout);
}

#[test]
fn a_modified_text_is_never_printed_as_the_plain_license() {
    let changed = MIT.replacen("without restriction", "without restriction, for research only", 1);
    let (code, document) = license_of_file(changed.as_bytes());
    assert_eq!((code, text(&document, "identified"), text(&document, "added")), (0, "modified MIT", "for research only"));
    assert_eq!(document["openness"]["weights"], "unknown");
    let shown = Tool::new().args(["license", "-"]).stdin(&changed).run().code(0).stdout;
    let open = shown.find("Open for").expect("the entry of MIT is shown");
    let warned = shown.find("It is not the plain license").expect("the change is told");
    let before = shown.find("before the change").expect("the entry is told apart");
    assert!(warned < before && before < open, "{shown}");
}

#[test]
fn entries_read_well() {
    for id in ["llama3.1", "MIT", "cdla-permissive-2.0", "cc", "NLPL", "AFL-1.1", "modified-mit"] {
        let shown = Tool::new().args(["license", id]).run().code(0).stdout;
        insta::assert_snapshot!(format!("license_{id}"), shown);
    }
    let explained = Tool::new().args(["explain", "gemma"]).run().code(0).stdout;
    insta::assert_snapshot!("explain_gemma", explained);
    let machine = Tool::new().args(["license", "llama3.1", "--format", "json"]).run().code(0).stdout;
    insta::assert_snapshot!("license_json", machine);
}
