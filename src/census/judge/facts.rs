//! The facts of a record that an answer hangs on.

use super::super::names::ByContent;
use crate::rules::files::Kind;
use crate::vocabulary::Openness;
use std::hash::{Hash, Hasher};

/// What the terms of a record hang on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TermFacts {
    pub lists_files: bool,
    pub has_card: bool,
    pub has_license_text: bool,
    pub licensed: bool,
    pub is_other: bool,
    pub license: ByContent,
    /// What the rules know of the model itself, and whether its license is that one.
    pub known: Option<(ByContent, bool)>,
    /// The same for the family that its name points to.
    pub hinted: Option<(Openness, bool)>,
    /// The strictest of the terms that flow down, as far as the rules know the bases.
    pub bases: Option<Openness>,
}

/// The terms, as far as a verdict asks for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Terms {
    pub effective: Openness,
    pub suspected: bool,
    pub own_code: Openness,
    pub own_documents: Openness,
}

/// What the library hangs on that runs a model without code of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LibraryFacts {
    /// Libraries by their place in the rules: the hub's, and the first among the tags.
    pub library: Option<usize>,
    /// The hub names one, known or not.
    pub has_library: bool,
    pub tagged_library: Option<usize>,
    pub names_architecture: bool,
    pub has_auto_map: bool,
    pub has_modelling_code: bool,
    pub has_inference_code: bool,
    pub has_pipeline_index: bool,
    pub has_adapter_config: bool,
    pub has_gguf: bool,
    pub lists_files: bool,
}

/// What the verdict on a record hangs on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Facts {
    pub gate: u8,
    pub private: bool,
    pub disabled: bool,
    pub files: Option<ListedFacts>,
    pub terms: Terms,
    /// Openness of the code of the library that runs it.
    pub library: Option<Openness>,
    /// Whether data and code are those of the bases, where there are any.
    pub bases: Option<(bool, bool)>,
    pub names_data: bool,
    pub has_preprint: bool,
}

/// What of the file list a verdict asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ListedFacts {
    /// A bit for each [`Kind`] of [`DECISIVE`].
    pub kinds: u32,
    pub has_weights: bool,
    pub lacks_shards: bool,
    pub has_card: bool,
    pub has_training_script: bool,
}

/// Kinds of files that a rung of the ladder asks for.
pub(super) const DECISIVE: u32 = 1 << Kind::ModellingCode as u32
    | 1 << Kind::InferenceCode as u32
    | 1 << Kind::DataPreprocessingCode as u32
    | 1 << Kind::Tokenizer as u32
    | 1 << Kind::Report as u32;

/// Small numbers side by side. Facts are hashed as one number, since they are looked up for every record; whether
/// two are the same is asked of their fields.
#[derive(Clone, Copy, Default)]
struct Packed(u64);

impl Packed {
    fn with(self, value: u64, below: u64) -> Packed {
        Packed(self.0.wrapping_mul(below).wrapping_add(value))
    }

    fn flags<const N: usize>(self, flags: [bool; N]) -> Packed {
        flags.into_iter().fold(self, |p, flag| p.with(u64::from(flag), 2))
    }

    fn openness(self, openness: Option<Openness>) -> Packed {
        self.with(openness.map_or(0, |o| o as u64 + 1), 5)
    }

    fn by_content(self, openness: ByContent) -> Packed {
        openness.into_iter().fold(self, |p, o| p.openness(Some(o)))
    }
}

impl Hash for TermFacts {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let (known, known_own) = self.known.unwrap_or(([Openness::None; 4], false));
        let packed = Packed::default()
            .flags([self.lists_files, self.has_card, self.has_license_text, self.licensed, self.is_other])
            .by_content(self.license)
            .flags([self.known.is_some(), known_own, self.hinted.is_some_and(|h| h.1)])
            .by_content(known)
            .openness(self.hinted.map(|h| h.0))
            .openness(self.bases);
        state.write_u64(packed.0);
    }
}

impl Hash for LibraryFacts {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let place = |library: Option<usize>| library.map_or(0, |l| l as u64 + 1);
        let packed = Packed::default()
            .with(place(self.library), 1 << 16)
            .with(place(self.tagged_library), 1 << 16)
            .flags([self.has_library, self.names_architecture, self.has_auto_map, self.has_modelling_code, self.has_inference_code])
            .flags([self.has_pipeline_index, self.has_adapter_config, self.has_gguf, self.lists_files]);
        state.write_u64(packed.0);
    }
}

impl Hash for Facts {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let (data, code) = self.bases.unwrap_or_default();
        let listed = self.files.map_or([false; 4], |f| [f.has_weights, f.lacks_shards, f.has_card, f.has_training_script]);
        let packed = Packed::default()
            .with(self.files.map_or(0, |f| u64::from(f.kinds) + 1), 1 << 32)
            .with(u64::from(self.gate), 4)
            .flags([self.private, self.disabled, self.names_data, self.has_preprint, self.bases.is_some(), data, code])
            .flags(listed)
            .flags([self.terms.suspected])
            .openness(Some(self.terms.effective))
            .openness(Some(self.terms.own_code))
            .openness(Some(self.terms.own_documents))
            .openness(self.library);
        state.write_u64(packed.0);
    }
}
