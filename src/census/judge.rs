//! Judges records fast. A verdict hangs on a few dozen facts of a record, not on its names: what its license
//! values come to after the bases (`TermFacts`), which library runs it (`LibraryFacts`), and these two answers
//! with what is listed (`Facts`). An audit by [`metadata`] answers each set of facts the
//! first time that it occurs, over the record that has it. No rule is written a second time; what has to be right
//! here is that equal facts mean equal answers, which tests hold over fixtures, corpus and made-up records.

use super::json::Slot;
use super::metadata;
use super::names::{ByContent, GGUF, License, Names, Tables, WEIGHTS};
use super::record::Record;
use crate::audit::{Audit, Options};
use crate::card::papers;
use crate::component::{Component, license_of};
use crate::hub::record::Gate;
use crate::ids::is_repo_id;
use crate::net::limits;
use crate::rules::Rules;
use crate::rules::files::Kind;
use crate::terms::texts::{Scope, scope_of};
use crate::vocabulary::{Availability, ComponentId, Content, Openness, Pillar, Verdict};
use crate::{files, plan};
use foldhash::{HashMap, HashMapExt};
use std::borrow::Cow;
use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::Arc;

/// Sets of facts that one worker remembers; real hubs have some thousands.
const REMEMBERED: usize = 1 << 16;

/// What the terms of a record hang on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct TermFacts {
    lists_files: bool,
    has_card: bool,
    has_license_text: bool,
    licensed: bool,
    is_other: bool,
    license: ByContent,
    /// What the rules know of the model itself, and whether its license is that one.
    known: Option<(ByContent, bool)>,
    /// The same for the family that its name points to.
    hinted: Option<(Openness, bool)>,
    /// The strictest of the terms that flow down, as far as the rules know the bases.
    bases: Option<Openness>,
}

/// The terms, as far as a verdict asks for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Terms {
    effective: Openness,
    suspected: bool,
    own_code: Openness,
    own_documents: Openness,
}

/// What the library hangs on that runs a model without code of its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct LibraryFacts {
    /// Libraries by their place in the rules: the hub's, and the first among the tags.
    library: Option<usize>,
    /// The hub names one, known or not.
    has_library: bool,
    tagged_library: Option<usize>,
    names_architecture: bool,
    has_auto_map: bool,
    has_modelling_code: bool,
    has_inference_code: bool,
    has_pipeline_index: bool,
    has_adapter_config: bool,
    has_gguf: bool,
    lists_files: bool,
}

/// What the verdict on a record hangs on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Facts {
    gate: u8,
    private: bool,
    disabled: bool,
    files: Option<ListedFacts>,
    terms: Terms,
    /// Openness of the code of the library that runs it.
    library: Option<Openness>,
    /// Whether data and code are those of the bases, where there are any.
    bases: Option<(bool, bool)>,
    names_data: bool,
    has_preprint: bool,
}

/// What of the file list a verdict asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct ListedFacts {
    /// A bit for each [`Kind`] of [`DECISIVE`].
    kinds: u32,
    has_weights: bool,
    lacks_shards: bool,
    has_card: bool,
    has_training_script: bool,
}

/// Kinds of files that a rung of the ladder asks for.
const DECISIVE: u32 = 1 << Kind::ModellingCode as u32
    | 1 << Kind::InferenceCode as u32
    | 1 << Kind::DataPreprocessingCode as u32
    | 1 << Kind::Tokenizer as u32
    | 1 << Kind::Report as u32;

/// What the file list shows.
#[derive(Debug, Clone, Copy, Default)]
struct FileFacts {
    /// A bit for each [`Kind`].
    kinds: u32,
    has_weights: bool,
    has_gguf: bool,
    lacks_shards: bool,
    has_card: bool,
    has_license_text: bool,
    has_pipeline_index: bool,
    has_adapter_config: bool,
    has_training_script: bool,
}

impl FileFacts {
    fn has(&self, kind: Kind) -> bool {
        self.kinds & 1 << kind as u32 != 0
    }
}

/// What the base models come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct BaseFacts {
    /// The strictest of the terms that flow down, as far as the rules know the bases.
    openness: Openness,
    inherits_data: bool,
    inherits_code: bool,
}

/// The answer to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub verdict: Verdict,
    pub possible: Verdict,
    /// Of the license after everything that the model is made from.
    pub effective: Openness,
}

/// A record judged, with what was found on the way.
pub struct Judged<'a> {
    pub standing: Standing,
    pub license: Arc<License>,
    /// Base models by id, with the relation to each, nearest first.
    pub bases: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

/// Judges one record after the other.
pub struct Judge<'r> {
    rules: &'r Rules,
    options: Options,
    names: Names<'r>,
    terms: HashMap<TermFacts, Terms>,
    libraries: HashMap<LibraryFacts, Option<Openness>>,
    verdicts: HashMap<Facts, (Verdict, Verdict)>,
    /// Every record is audited; for rules of others, which may ask for what is no fact here.
    always_audit: bool,
}

impl<'r> Judge<'r> {
    /// A judge by some rules; `own_rules` where they are not the built-in ones alone.
    pub fn new(rules: &'r Rules, tables: &'r Tables, options: Options, own_rules: bool) -> Judge<'r> {
        let (terms, libraries, verdicts) = (HashMap::new(), HashMap::new(), HashMap::new());
        Judge { rules, options, names: Names::new(rules, tables), terms, libraries, verdicts, always_audit: own_rules }
    }

    /// Judges a record.
    pub fn judge<'a>(&mut self, record: &'a Record<'_>) -> Judged<'a> {
        let license = self.names.license(record);
        let bases = self.bases(record);
        let standing = if self.always_audit {
            let audit = self.audit(record);
            Standing { verdict: audit.verdict, possible: audit.possible, effective: audit.lineage.openness }
        } else {
            self.by_facts(record, &license, &bases)
        };
        Judged { standing, license, bases }
    }

    /// The audit of the record alone.
    fn audit(&self, record: &Record<'_>) -> Audit<'r> {
        metadata::audit(record.to_model_record(), self.rules, &self.options)
    }

    /// The answer to the record's facts; what is not known yet, its audit tells.
    fn by_facts(&mut self, record: &Record<'_>, license: &License, bases: &[(Cow<'_, str>, Cow<'_, str>)]) -> Standing {
        let files = record.files.is_some().then(|| self.files(record));
        let from_bases = self.base_facts(record, bases);
        let mut audit: Option<Audit<'r>> = None;
        let (rules, options) = (self.rules, self.options);
        let term_facts = self.term_facts(record, license, files.as_ref(), from_bases);
        let terms = match self.terms.get(&term_facts) {
            Some(known) => *known,
            None => {
                let audit = audit.get_or_insert_with(|| metadata::audit(record.to_model_record(), rules, &options));
                let own = |content| license_of(&audit.terms, content).openness;
                let terms = Terms {
                    effective: audit.lineage.openness,
                    suspected: audit.lineage.suspected.is_some(),
                    own_code: own(Content::Code),
                    own_documents: own(Content::Document),
                };
                remember(&mut self.terms, term_facts, terms)
            }
        };
        let library_facts = self.library_facts(record, files.as_ref());
        let library = match self.libraries.get(&library_facts) {
            Some(known) => *known,
            None => {
                let audit = audit.get_or_insert_with(|| metadata::audit(record.to_model_record(), rules, &options));
                let (code, inference) = (library_facts.has_modelling_code, library_facts.has_inference_code);
                // The component for which the repository has no code of its own.
                let id = if code { ComponentId::InferenceCode } else { ComponentId::ModelArchitecture };
                let by_library = |c: &&Component| c.availability == Availability::Released && !(code && inference);
                let library = audit.components.get(&id).filter(by_library).map(|c| c.license.openness);
                remember(&mut self.libraries, library_facts, library)
            }
        };
        let facts = Facts {
            gate: match record.gate {
                None | Some(Gate::Unknown) => 0,
                Some(Gate::None) => 1,
                Some(Gate::Automatic) => 2,
                Some(Gate::Manual) => 3,
            },
            private: record.private,
            disabled: record.disabled,
            files: files.map(|f| ListedFacts {
                kinds: f.kinds & DECISIVE,
                has_weights: f.has_weights,
                lacks_shards: f.lacks_shards,
                has_card: f.has_card,
                has_training_script: f.has_training_script,
            }),
            terms,
            library,
            bases: from_bases.map(|b| (b.inherits_data, b.inherits_code)),
            names_data: record.front.datasets.0.iter().any(|d| plan::names_dataset(d, self.names.at())),
            has_preprint: self.has_preprint(record),
        };
        let (verdict, possible) = match self.verdicts.get(&facts) {
            Some(known) => *known,
            None => {
                let audit = audit.get_or_insert_with(|| metadata::audit(record.to_model_record(), rules, &options));
                let answer = (audit.verdict, audit.possible);
                remember(&mut self.verdicts, facts, answer)
            }
        };
        Standing { verdict, possible, effective: terms.effective }
    }

    fn has_preprint(&self, record: &Record<'_>) -> bool {
        let preprints: Vec<String> = record.tags.iter().filter(|t| t.starts_with("arxiv:")).map(|t| t.to_string()).collect();
        !preprints.is_empty() && !papers::own(None, &preprints, self.rules).is_empty()
    }

    /// Base models as [`plan::plan`] finds them in a record, at most as many as are looked up. A relation that
    /// is not declared is read off name, tags and files.
    fn bases<'a>(&mut self, record: &'a Record<'_>) -> Vec<(Cow<'a, str>, Cow<'a, str>)> {
        let mut out: Vec<(Cow<'a, str>, Cow<'a, str>)> = Vec::new();
        let front = &record.front;
        let tagged = || record.tags.iter().filter_map(|t| t.strip_prefix("base_model:")?.split_once(':'));
        let is_new = |out: &[(Cow<'_, str>, Cow<'_, str>)], id: &str| !out.iter().any(|(o, _)| o.eq_ignore_ascii_case(id));
        for name in &front.base_model.0 {
            let id = self.names.base_id(name);
            if is_new(&out, &id) {
                let relation = match &front.base_model_relation {
                    Some(declared) => Cow::Owned(declared.to_lowercase()),
                    None => Cow::Borrowed(tagged().find(|(_, t)| t.eq_ignore_ascii_case(&id)).map_or("", |(relation, _)| relation)),
                };
                out.push((id, relation));
            }
        }
        for (relation, id) in tagged() {
            if is_repo_id(id) && is_new(&out, id) {
                out.push((Cow::Borrowed(id), Cow::Borrowed(relation)));
            }
        }
        if let Some(base) = record.config.adapter_base.as_deref()
            && is_repo_id(base)
            && is_new(&out, base)
            && !base.eq_ignore_ascii_case(&record.id)
        {
            out.push((Cow::Borrowed(base), Cow::Borrowed("adapter")));
        }
        out.truncate(limits::BASES);
        if out.iter().any(|(_, relation)| self.rules.relation(relation).is_none()) {
            let shown = self.shown_relation(record, out.len());
            for (_, relation) in &mut out {
                if self.rules.relation(relation).is_none() {
                    *relation = Cow::Owned(shown.to_string());
                }
            }
        }
        out
    }

    fn shown_relation(&mut self, record: &Record<'_>, bases: usize) -> &'r str {
        let tagged = |list: &[String]| record.tags.iter().any(|t| list.iter().any(|l| t.eq_ignore_ascii_case(l)));
        let is_adapter = |kind: Option<(Kind, u8)>| kind.is_some_and(|(kind, _)| kind == Kind::Adapter);
        let names = &mut self.names;
        let has_adapter = record.files.iter().flatten().any(|f| is_adapter(names.path(&f.path)));
        crate::lineage::undeclared_relation(&record.id, bases, tagged, || has_adapter, self.rules)
    }

    fn term_facts(&self, record: &Record<'_>, license: &License, files: Option<&FileFacts>, bases: Option<BaseFacts>) -> TermFacts {
        let is_own = |id: &str| license.ids.iter().any(|own| own == id);
        let table = self.names.table();
        let lower = record.id.to_ascii_lowercase();
        let known = table.base(&lower).and_then(|at| table.known_base(at));
        TermFacts {
            lists_files: files.is_some(),
            has_card: files.is_some_and(|f| f.has_card),
            has_license_text: files.is_some_and(|f| f.has_license_text),
            licensed: !license.ids.is_empty(),
            is_other: license.is_other,
            license: license.openness,
            known: known.map(|k| (k.openness, is_own(&k.license))),
            hinted: table.hint(&lower).map(|k| (k.openness[WEIGHTS], is_own(&k.license))),
            bases: bases.map(|b| b.openness),
        }
    }

    fn library_facts(&self, record: &Record<'_>, files: Option<&FileFacts>) -> LibraryFacts {
        let table = self.names.table();
        let architecture = [record.config.architecture, record.config.model_type, record.config.class_name];
        LibraryFacts {
            library: record.library.as_deref().and_then(|l| table.library(l)),
            has_library: record.library.is_some(),
            tagged_library: record.tags.iter().find_map(|t| table.library(t)),
            names_architecture: architecture.into_iter().find(|s| *s != Slot::Absent) == Some(Slot::Text),
            has_auto_map: record.config.auto_map != Slot::Absent,
            has_modelling_code: files.is_some_and(|f| f.has(Kind::ModellingCode)),
            has_inference_code: files.is_some_and(|f| f.has(Kind::InferenceCode)),
            has_pipeline_index: files.is_some_and(|f| f.has_pipeline_index),
            has_adapter_config: files.is_some_and(|f| f.has_adapter_config),
            has_gguf: files.is_some_and(|f| f.has_gguf),
            lists_files: files.is_some(),
        }
    }

    fn base_facts(&mut self, record: &Record<'_>, bases: &[(Cow<'_, str>, Cow<'_, str>)]) -> Option<BaseFacts> {
        let mut facts: Option<BaseFacts> = None;
        for (id, relation) in bases {
            // Itself: no base.
            if id.to_lowercase() == record.id.to_lowercase() {
                continue;
            }
            let owner = |id: &str| id.split_once('/').map(|(o, _)| o.to_lowercase()).unwrap_or_default();
            let theirs = owner(id);
            let same_owner = !theirs.is_empty() && crate::ids::same_owner(&theirs, &owner(&record.id));
            let flows_down = if same_owner {
                Openness::Open
            } else {
                let known = self.names.base(id).and_then(|at| self.names.table().known_base(at));
                known.map_or(Openness::Unknown, |k| k.openness[WEIGHTS])
            };
            let inherits = |p: Pillar| self.rules.relation(relation).is_some_and(|r| r.inherits.contains(&p));
            let facts = facts.get_or_insert(BaseFacts { openness: Openness::Open, inherits_data: true, inherits_code: true });
            facts.openness = facts.openness.and(flows_down);
            facts.inherits_data &= inherits(Pillar::TrainingData);
            facts.inherits_code &= inherits(Pillar::TrainingCode);
        }
        facts
    }

    /// Sorts the files as [`files::Sorted`] does: those whose names differ in digits only are of the kind of the
    /// first of them, and empty ones are no weights.
    fn files(&mut self, record: &Record<'_>) -> FileFacts {
        let mut facts = FileFacts::default();
        let mut shapes: Vec<(u64, Option<(Kind, u8)>)> = Vec::new();
        let mut sharded: Vec<String> = Vec::new();
        let mut legal: Vec<&str> = Vec::new();
        for file in record.files.iter().flatten() {
            let path: &str = &file.path;
            let own = self.names.path(path);
            let class = match self.shape(path) {
                None => own,
                Some(shape) => match shapes.iter().find(|(s, _)| *s == shape) {
                    Some((_, class)) => *class,
                    None => {
                        shapes.push((shape, own));
                        own
                    }
                },
            };
            // Texts are chosen by their own names.
            if matches!(own, Some((Kind::License | Kind::Notice | Kind::UsePolicy, _))) {
                legal.push(path);
            }
            match path {
                "README.md" => facts.has_card = true,
                "model_index.json" => facts.has_pipeline_index = true,
                "adapter_config.json" => facts.has_adapter_config = true,
                _ => {}
            }
            let Some((kind, format)) = class else { continue };
            if matches!(kind, Kind::Weights | Kind::Adapter) {
                if file.size == Some(0) {
                    continue;
                }
                facts.has_weights = true;
                facts.has_gguf |= format == GGUF;
                if kind == Kind::Weights && path.contains("-of-") {
                    sharded.push(path.to_string());
                }
            }
            facts.has_training_script |= kind == Kind::TrainingCode && path.ends_with(".py");
            facts.kinds |= 1 << kind as u32;
        }
        facts.lacks_shards = !sharded.is_empty() && files::shard_sets(&sharded).iter().any(|s| !s.missing().is_empty());
        // Of these an audit reads some; a license on more than the code is among them?
        let names = &mut self.names;
        let read = plan::legal_texts(legal, |p| names.path(p).map(|(kind, _)| kind));
        facts.has_license_text =
            read.iter().any(|p| names.path(p).is_some_and(|(kind, _)| kind == Kind::License) && scope_of(p) != Scope::Code);
        facts
    }

    /// A number for a name with its digits struck out; `None` where it has none.
    fn shape(&self, path: &str) -> Option<u64> {
        if !path.bytes().any(|b| b.is_ascii_digit()) {
            return None;
        }
        let mut hasher = self.verdicts.hasher().build_hasher();
        for byte in path.bytes() {
            hasher.write_u8(if byte.is_ascii_digit() { b'0' } else { byte });
        }
        Some(hasher.finish())
    }
}

/// Adds an answer to a bounded memory, and gives it back.
fn remember<K: Eq + Hash, V: Copy>(memory: &mut HashMap<K, V>, facts: K, answer: V) -> V {
    if memory.len() >= REMEMBERED {
        memory.clear();
    }
    memory.insert(facts, answer);
    answer
}
