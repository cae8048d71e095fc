//! Judges records fast. A verdict hangs on a few dozen facts of a record, not on its names: what its license
//! values come to after the bases (`TermFacts`), which library runs it (`LibraryFacts`), and these two answers
//! with what is listed (`Facts`). An audit by [`metadata`] answers each set of facts the
//! first time that it occurs, over the record that has it. No rule is written a second time; what has to be right
//! here is that equal facts mean equal answers, which tests hold over fixtures, corpus and made-up records.

mod bases;
mod facts;
mod listed;

use self::bases::BaseFacts;
use self::facts::{DECISIVE, Facts, LibraryFacts, ListedFacts, TermFacts, Terms};
use self::listed::FileFacts;
use super::json::Slot;
use super::memory::Shared;
use super::metadata;
use super::names::{License, Names, Tables, WEIGHTS};
use super::record::Record;
use crate::audit::{Audit, Options};
use crate::card::papers;
use crate::component::{Component, license_of};
use crate::hub::record::Gate;
use crate::plan;
use crate::rules::Rules;
use crate::rules::files::Kind;
use crate::vocabulary::{Availability, ComponentId, Content, Openness, Verdict};
use std::borrow::Cow;
use std::sync::Arc;

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

/// Judges one record after the other. A clone is for another worker, and knows what this one knows.
#[derive(Clone)]
pub struct Judge<'r> {
    rules: &'r Rules,
    options: Options,
    names: Names<'r>,
    terms: Shared<TermFacts, Terms>,
    libraries: Shared<LibraryFacts, Option<Openness>>,
    verdicts: Shared<Facts, (Verdict, Verdict)>,
    /// Every record is audited; for rules of others, which may ask for what is no fact here.
    always_audit: bool,
}

impl<'r> Judge<'r> {
    /// A judge by some rules; `own_rules` where they are not the built-in ones alone.
    pub fn new(rules: &'r Rules, tables: &'r Tables, options: Options, own_rules: bool) -> Judge<'r> {
        // Frameworks are no part of the answer.
        let options = Options { verdict_only: true, ..options };
        let (terms, libraries, verdicts) = (Shared::default(), Shared::default(), Shared::default());
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
            Some(known) => known,
            None => {
                let audit = audit.get_or_insert_with(|| metadata::audit(record.to_model_record(), rules, &options));
                let own = |content| license_of(&audit.terms, content).openness;
                let terms = Terms {
                    effective: audit.lineage.openness,
                    suspected: audit.lineage.suspected.is_some(),
                    own_code: own(Content::Code),
                    own_documents: own(Content::Document),
                };
                self.terms.put(term_facts, terms)
            }
        };
        let library_facts = self.library_facts(record, files.as_ref());
        let library = match self.libraries.get(&library_facts) {
            Some(known) => known,
            None => {
                let audit = audit.get_or_insert_with(|| metadata::audit(record.to_model_record(), rules, &options));
                let (code, inference) = (library_facts.has_modelling_code, library_facts.has_inference_code);
                // The component for which the repository has no code of its own.
                let id = if code { ComponentId::InferenceCode } else { ComponentId::ModelArchitecture };
                let by_library = |c: &&Component| c.availability == Availability::Released && !(code && inference);
                let library = audit.components.get(&id).filter(by_library).map(|c| c.license.openness);
                self.libraries.put(library_facts, library)
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
            has_preprint: papers::only_tagged(record.tags.iter().map(AsRef::as_ref)).is_some(),
        };
        let (verdict, possible) = match self.verdicts.get(&facts) {
            Some(known) => known,
            None => {
                let audit = audit.get_or_insert_with(|| metadata::audit(record.to_model_record(), rules, &options));
                let answer = (audit.verdict, audit.possible);
                self.verdicts.put(facts, answer)
            }
        };
        Standing { verdict, possible, effective: terms.effective }
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
}
