//! What the file list of a record shows.

use super::Judge;
use crate::census::names::{Class, Role};
use crate::census::record::Record;
use crate::rules::files::Kind;
use crate::terms::texts::{Scope, scope_of};
use crate::{files, plan};
use foldhash::HashMap;

/// What the file list shows.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct FileFacts {
    /// A bit for each [`Kind`].
    pub kinds: u32,
    pub has_weights: bool,
    pub has_gguf: bool,
    pub lacks_shards: bool,
    pub has_card: bool,
    pub has_license_text: bool,
    pub has_pipeline_index: bool,
    pub has_adapter_config: bool,
    pub has_training_script: bool,
}

impl FileFacts {
    pub fn has(&self, kind: Kind) -> bool {
        self.kinds & 1 << kind as u32 != 0
    }
}

/// The class of the first file of each shape of name.
#[derive(Default)]
struct Shapes {
    /// Few records have more.
    few: Vec<(u64, Option<Class>)>,
    more: HashMap<u64, Option<Class>>,
}

impl Shapes {
    fn class(&mut self, shape: u64, own: Option<Class>) -> Option<Class> {
        if let Some((_, class)) = self.few.iter().find(|(s, _)| *s == shape) {
            return *class;
        }
        if self.few.len() < 16 {
            self.few.push((shape, own));
            return own;
        }
        *self.more.entry(shape).or_insert(own)
    }
}

impl Judge<'_> {
    /// Sorts the files as [`files::Sorted`] does: those whose names differ in digits only are of the kind of the
    /// first of them, and empty ones are no weights.
    pub(super) fn files(&mut self, record: &Record<'_>) -> FileFacts {
        let mut facts = FileFacts::default();
        let mut shapes = Shapes::default();
        let mut sharded: Vec<&str> = Vec::new();
        let mut legal: Vec<&str> = Vec::new();
        for file in record.files.iter().flatten() {
            let path: &str = &file.path;
            let own = self.names.path(path);
            let class = own.shape.map_or(own.class, |shape| shapes.class(shape, own.class));
            // Texts are chosen by their own names.
            if matches!(own.class, Some(Class { kind: Kind::License | Kind::Notice | Kind::UsePolicy, .. })) {
                legal.push(path);
            }
            match own.role {
                Role::Card => facts.has_card = true,
                Role::PipelineIndex => facts.has_pipeline_index = true,
                Role::AdapterConfig => facts.has_adapter_config = true,
                Role::Shard | Role::Other => {}
            }
            let Some(Class { kind, is_gguf }) = class else { continue };
            if matches!(kind, Kind::Weights | Kind::Adapter) {
                if file.size == Some(0) {
                    continue;
                }
                facts.has_weights = true;
                facts.has_gguf |= is_gguf;
                if kind == Kind::Weights && own.role == Role::Shard {
                    sharded.push(path);
                }
            }
            facts.has_training_script |= kind == Kind::TrainingCode && path.ends_with(".py");
            facts.kinds |= 1 << kind as u32;
        }
        facts.lacks_shards = !sharded.is_empty() && files::shard_sets(sharded).iter().any(|s| !s.missing().is_empty());
        // Of these an audit reads some, and names what it does not read; a license on more than the code is among them?
        if !legal.is_empty() {
            let names = &mut self.names;
            let texts = plan::legal_texts(legal, |p| names.path(p).class.map(|c| c.kind));
            let mut listed = texts.read.iter().chain(texts.unread.iter().map(|(p, _)| p));
            facts.has_license_text =
                listed.any(|p| names.path(p).class.is_some_and(|c| c.kind == Kind::License) && scope_of(p) != Scope::Code);
        }
        facts
    }
}
