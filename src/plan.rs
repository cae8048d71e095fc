//! What a model's record and card name, and so what the second wave of requests asks for. Pure: a
//! record and a card in, a list of names out.

use crate::card::{BlockKind, Card, topics};
use crate::evidence::{Mention, Role};
use crate::files::{self, Kind};
use crate::hub::github::RepoId;
use crate::hub::record::{ModelRecord, strings};
use crate::hub::{self, Endpoints};
use crate::net::limits;
use crate::rules::Rules;
use crate::target::{Place, Target};
use crate::text;

/// Everything that is asked for next.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// Paths in the model repository.
    pub files: Vec<String>,
    pub datasets: Vec<DatasetMention>,
    pub repos: Vec<(RepoId, Mention)>,
    pub bases: Vec<BaseMention>,
    /// What a limit kept out, in words.
    pub left_out: Vec<String>,
}

/// A dataset that is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatasetMention {
    pub id: String,
    pub role: Role,
    pub mention: Mention,
}

/// A base model that is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseMention {
    pub id: String,
    pub relation: Option<String>,
    pub mention: Mention,
}

/// Makes the plan for a model.
pub fn plan(record: &ModelRecord, card: Option<&Card>, rules: &Rules, at: &Endpoints) -> Plan {
    let mut plan = Plan { files: files_to_read(record, rules), ..Plan::default() };
    plan.bases = bases(record, card, at);
    if let Some(card) = card {
        plan.datasets = datasets(record, card, rules, at);
        plan.repos = repos(record, card, rules);
    } else {
        plan.datasets = strings(record.card_data.get("datasets")).into_iter().filter_map(|d| declared_dataset(&d, None, at)).collect();
    }
    let mut over = |kind: &str, n: usize, limit: usize| {
        if n > limit {
            plan.left_out.push(format!("{} more {kind}", n - limit));
        }
    };
    over("datasets", plan.datasets.len(), limits::DATASETS);
    over("base models", plan.bases.len(), limits::BASES);
    plan.datasets.truncate(limits::DATASETS);
    plan.bases.truncate(limits::BASES);
    // Repositories are ranked by how surely they are the model's own; the rest is no gap.
    plan.repos.truncate(limits::REPOSITORIES);
    plan
}

/// License, notice and policy texts, and the few configuration files that say what the weights are.
fn files_to_read(record: &ModelRecord, rules: &Rules) -> Vec<String> {
    let Some(list) = &record.files else {
        // No usable list: the usual names are asked for, and their absence proves nothing.
        return ["LICENSE", "config.json"].map(String::from).to_vec();
    };
    let mut legal: Vec<&str> = list
        .iter()
        .map(|f| f.path.as_str())
        .filter(|p| p.matches('/').count() <= 1 && !is_binary(p))
        .filter(|p| matches!(files::kind(p, rules), Some(Kind::License | Kind::Notice | Kind::UsePolicy)))
        .collect();
    // Names nearest to the root first: those are about the whole repository.
    legal.sort_by_key(|p| (p.matches('/').count(), p.len(), *p));
    legal.truncate(limits::LICENSE_FILES);
    let configs = ["config.json", "adapter_config.json", "model_index.json"];
    let mut out: Vec<String> = legal.into_iter().map(str::to_string).collect();
    out.extend(configs.into_iter().filter(|c| record.file(c).is_some()).map(String::from));
    if let Some(index) = files::index_to_read(list) {
        out.push(index);
    }
    out
}

/// Legal texts also come as PDF and DOCX, which are not read.
fn is_binary(path: &str) -> bool {
    let lower = path.to_lowercase();
    [".pdf", ".docx", ".doc", ".zip", ".png", ".jpg", ".py"].iter().any(|e| lower.ends_with(e))
}

/// Base models: declared in the front matter, in the hub's tags, or named in prose by a link beside
/// words such as "fine-tuned from".
fn bases(record: &ModelRecord, card: Option<&Card>, at: &Endpoints) -> Vec<BaseMention> {
    let mut out: Vec<BaseMention> = Vec::new();
    let declared_relation = record.card_data.get("base_model_relation").and_then(|r| r.as_str()).map(str::to_lowercase);
    let mut add = |id: String, relation: Option<String>, mention: Mention| {
        if !out.iter().any(|b| b.id.eq_ignore_ascii_case(&id)) {
            out.push(BaseMention { id, relation, mention });
        }
    };
    let front = card.map(|c| c.front.strings("base_model")).unwrap_or_default();
    let declared = if front.is_empty() { strings(record.card_data.get("base_model")) } else { front };
    for name in declared {
        let id = model_id(&name, at).unwrap_or(name.clone());
        let line = card.and_then(|c| c.front_line("base_model", Some(&name)));
        let tagged = record.tags.iter().find_map(|t| {
            let (relation, tagged) = t.strip_prefix("base_model:")?.split_once(':')?;
            tagged.eq_ignore_ascii_case(&id).then(|| relation.to_string())
        });
        add(id, declared_relation.clone().or(tagged), Mention { line, declared: true, context: "base_model in the front matter".into() });
    }
    for tag in &record.tags {
        if let Some((relation, id)) = tag.strip_prefix("base_model:").and_then(|t| t.split_once(':'))
            && hub::is_repo_id(id)
        {
            add(id.to_string(), Some(relation.to_string()), Mention { line: None, declared: true, context: "a base_model tag".into() });
        }
    }
    out
}

/// The model that a name or hub page is about.
pub fn model_id(name: &str, at: &Endpoints) -> Option<String> {
    match Target::parse(name, at).ok()?.place {
        Place::Hub { id, .. } => Some(id),
        Place::Folder(_) | Place::Reviewed { .. } => None,
    }
}

fn declared_dataset(name: &str, line: Option<u32>, at: &Endpoints) -> Option<DatasetMention> {
    let id = dataset_id(name, at).or_else(|| hub::is_repo_id(name).then(|| name.to_string()))?;
    let mention = Mention { line, declared: true, context: "datasets in the front matter".into() };
    Some(DatasetMention { id, role: Role::Training, mention })
}

/// The dataset that a hub page is about.
fn dataset_id(url: &str, at: &Endpoints) -> Option<String> {
    let folded = text::fold_url(url);
    let own = text::fold_url(&at.huggingface);
    let rest = [own.as_str(), "huggingface.co", "hf.co"].iter().find_map(|h| folded.strip_prefix(*h))?;
    let rest = rest.strip_prefix("/datasets/")?;
    let mut parts = rest.split(['/', '?', '#']);
    let (owner, name) = (parts.next()?, parts.next());
    let id = match name {
        Some(name) if !matches!(name, "tree" | "blob" | "viewer" | "resolve") => format!("{owner}/{name}"),
        _ => owner.to_string(),
    };
    hub::is_repo_id(&id).then_some(id)
}

/// Datasets: declared ones, and those linked in prose, with what the section says they are for.
fn datasets(record: &ModelRecord, card: &Card, rules: &Rules, at: &Endpoints) -> Vec<DatasetMention> {
    let mut out: Vec<DatasetMention> = Vec::new();
    let front = card.front.strings("datasets");
    let declared = if front.is_empty() { strings(record.card_data.get("datasets")) } else { front };
    for name in declared {
        if let Some(d) = declared_dataset(&name, card.front_line("datasets", Some(&name)), at)
            && !out.iter().any(|o| o.id.eq_ignore_ascii_case(&d.id))
        {
            out.push(d);
        }
    }
    for link in &card.links {
        let Some(id) = dataset_id(&link.url, at) else { continue };
        let lower = id.to_lowercase();
        // Pictures and leaderboard output live in dataset repositories too, and are no training data.
        if lower.contains("images")
            || lower.contains("assets")
            || lower.contains("/details_")
            || lower.ends_with("-details")
            || crate::card::is_image(&link.url)
        {
            continue;
        }
        let role = match card
            .blocks
            .get(link.block)
            .and_then(|b| topics::topic_of(card, b, rules))
            .or_else(|| topics::section_topic(card, link.section, rules))
        {
            Some("training-data" | "training") => Role::Training,
            Some("evaluation") => Role::Evaluation,
            _ => Role::Unknown,
        };
        if let Some(known) = out.iter_mut().find(|o| o.id.eq_ignore_ascii_case(&id)) {
            if known.role == Role::Unknown {
                known.role = role;
            }
            continue;
        }
        // Where the front matter declares what trained the model, further links are of other stages or
        // models of the family.
        let role = if role == Role::Training && out.iter().any(|o| o.mention.declared) { Role::Unknown } else { role };
        let context = linked_under(card, link.section);
        out.push(DatasetMention { id, role, mention: Mention { line: Some(link.line), declared: false, context } });
    }
    out
}

/// Where a link stands, in words.
fn linked_under(card: &Card, section: usize) -> String {
    match card.headings(section).next().map(|s| s.heading.as_str()).filter(|h| !h.is_empty()) {
        Some(heading) => format!("linked under \"{heading}\""),
        None => "linked in the card".to_string(),
    }
}

/// Code repositories that the card links, those most surely the model's own first. A link to a tool,
/// or one that nothing ties to the model, is no evidence and is left out.
fn repos(record: &ModelRecord, card: &Card, rules: &Rules) -> Vec<(RepoId, Mention)> {
    let tools = rules.word_list("tool-repositories");
    let (org, name) = record.id.split_once('/').unwrap_or(("", &record.id));
    let mut ranked: Vec<(i32, RepoId, Mention)> = Vec::new();
    for link in &card.links {
        let Some(id) = RepoId::from_url(&link.url) else { continue };
        let own = same_owner(org, &id.owner);
        if tools.iter().any(|t| t.eq_ignore_ascii_case(&id.to_string())) && !own {
            continue;
        }
        let block = card.blocks.get(link.block);
        let topic = block.and_then(|b| topics::topic_of(card, b, rules)).or_else(|| topics::section_topic(card, link.section, rules));
        if topic == Some("citation") && !own {
            continue;
        }
        let around = block.map(|b| text::words(&b.text)).unwrap_or_default();
        let label = block.and_then(|b| b.label.as_deref()).unwrap_or_default();
        let mut rank = 0;
        rank += 3 * i32::from(own);
        rank += 2 * i32::from(shares_name(name, &id.name));
        rank += 2 * i32::from(matches!(topic, Some("links" | "training" | "training-data")));
        rank += 2 * i32::from(["repository", "code", "github", "repo", "训练代码", "代码"].iter().any(|w| label.starts_with(w)));
        rank += i32::from(
            ["train", "pretrain", "fine tun", "finetun", "our code", "source code", "代码", "training code"]
                .iter()
                .any(|w| around.contains(w)),
        );
        rank -= i32::from(topic == Some("usage"));
        if rank < 2 || block.is_some_and(|b| b.kind == BlockKind::Code) {
            continue;
        }
        let context = linked_under(card, link.section);
        let mention = Mention { line: Some(link.line), declared: false, context };
        match ranked.iter_mut().find(|(_, r, _)| r.to_string().eq_ignore_ascii_case(&id.to_string())) {
            Some(known) if known.0 < rank => *known = (rank, id, mention),
            Some(_) => {}
            None => ranked.push((rank, id, mention)),
        }
    }
    ranked.sort_by_key(|r| std::cmp::Reverse(r.0));
    ranked.into_iter().map(|(_, id, mention)| (id, mention)).collect()
}

/// Whether an organisation has the same name here and there, punctuation and a trailing `ai`,
/// `-org`, `-lab` aside.
pub fn same_owner(a: &str, b: &str) -> bool {
    let fold = |s: &str| {
        let s: String = s.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
        let cut = ["project", "workshop", "research", "labs", "lab", "org", "team", "ai", "llm", "hq", "inc", "nlp"]
            .iter()
            .find_map(|t| s.strip_suffix(t).filter(|r| r.len() > 2));
        cut.map_or(s.clone(), str::to_string)
    };
    let (a, b) = (fold(a), fold(b));
    !a.is_empty() && a == b
}

/// Whether a model and a repository share a distinctive word of their names.
fn shares_name(model: &str, repo: &str) -> bool {
    let split = |s: &str| -> Vec<String> { text::words(s).split(' ').map(str::to_string).collect() };
    let generic = [
        "model",
        "models",
        "llm",
        "chat",
        "instruct",
        "base",
        "large",
        "small",
        "medium",
        "v1",
        "v2",
        "v3",
        "7b",
        "13b",
        "hf",
        "the",
        "open",
        "code",
        "train",
        "training",
        "inference",
    ];
    let (model, repo) = (split(model), split(repo));
    model.iter().any(|w| {
        w.len() > 2
            && !generic.contains(&w.as_str())
            && !w.chars().all(|c| c.is_ascii_digit())
            && repo.iter().any(|r| r == w || (w.len() > 4 && r.starts_with(w.as_str())))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(id: &str, front: serde_json::Value) -> ModelRecord {
        let json = serde_json::json!({"id": id, "cardData": front, "gated": false, "siblings": [{"rfilename": "LICENSE"}, {"rfilename": "a/b/LICENSE"}, {"rfilename": "config.json"}, {"rfilename": "LICENSE.pdf"}]});
        ModelRecord::parse(json.to_string().as_bytes()).unwrap()
    }

    fn planned(id: &str, card: &str) -> Plan {
        let rules = Rules::load(None).unwrap();
        let card = Card::parse(card.as_bytes());
        plan(&record(id, serde_json::Value::Null), Some(&card), &rules, &Endpoints::default())
    }

    #[test]
    fn legal_texts_near_the_root() {
        assert_eq!(planned("o/n", "").files, ["LICENSE", "config.json"]);
    }

    #[test]
    fn datasets_have_roles() {
        let p = planned(
            "o/n",
            "---\ndatasets:\n- a/b\n- https://huggingface.co/datasets/c/d\n---\n## Evaluation\n[x](https://huggingface.co/datasets/e/f)\n## Training data\nhttps://huggingface.co/datasets/a/b and https://huggingface.co/datasets/g/h/viewer, ![](https://huggingface.co/datasets/hf/documentation-images/x.png)\n",
        );
        let got: Vec<_> = p.datasets.iter().map(|d| (d.id.as_str(), d.role, d.mention.declared)).collect();
        assert_eq!(
            got,
            [("a/b", Role::Training, true), ("c/d", Role::Training, true), ("e/f", Role::Evaluation, false), ("g/h", Role::Unknown, false)]
        );
        let p = planned("o/n", "## Training data\nhttps://huggingface.co/datasets/g/h/viewer\n");
        assert_eq!(p.datasets.iter().map(|d| (d.id.as_str(), d.role)).collect::<Vec<_>>(), [("g/h", Role::Training)]);
    }

    #[test]
    fn repositories_that_are_the_models_own() {
        let p = planned(
            "allenai/OLMo-2-7B",
            "# OLMo\n- **Repository:** https://github.com/allenai/OLMo\n\nUse [vllm](https://github.com/vllm-project/vllm) or [x](https://github.com/someone/else).\n",
        );
        assert_eq!(p.repos.iter().map(|r| r.0.to_string()).collect::<Vec<_>>(), ["allenai/OLMo"]);
    }

    #[test]
    fn bases_are_declared_as_name_list_or_page() {
        let p = planned("o/n", "---\nbase_model:\n- https://huggingface.co/a/b\n- c/d\nbase_model_relation: quantized\n---\n");
        let got: Vec<_> = p.bases.iter().map(|b| (b.id.as_str(), b.mention.line)).collect();
        assert_eq!(got, [("a/b", Some(3)), ("c/d", Some(4))]);
    }

    #[test]
    fn owners_are_compared_without_ornament() {
        assert!(same_owner("deepseek-ai", "deepseek-ai"));
        assert!(same_owner("bigscience", "bigscience-workshop"));
        assert!(same_owner("THUDM", "thudm"));
        assert!(!same_owner("a", "b"));
        assert!(!same_owner("", ""));
    }
}
