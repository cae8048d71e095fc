//! The sample evidence that is embedded in the binary: what an audit shows where no host can be reached.

use super::{Body, Gap, Resource, directory};
use std::sync::OnceLock;

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/sample.rs"));
}

/// A file of the sample, by its path in the evidence layout.
fn file(path: &str) -> Option<Vec<u8>> {
    let at = embedded::FILES.binary_search_by_key(&path, |f| f.0).ok()?;
    let (_, place) = embedded::FILES.get(at)?;
    // All of it is unpacked when a first file is asked for: alike as the records are, they take half the space together.
    static UNPACKED: OnceLock<Vec<u8>> = OnceLock::new();
    let all = UNPACKED.get_or_init(|| zstd::bulk::decompress(embedded::BYTES, embedded::LENGTH).unwrap_or_default());
    all.get(place.clone()).map(<[u8]>::to_vec)
}

/// Ids of its models.
pub(super) fn models() -> Vec<String> {
    let id = |path: &str| {
        let id = path.strip_prefix("huggingface/models/")?.strip_suffix("/info.json")?;
        Some(id.strip_prefix("_legacy/").unwrap_or(id).to_string())
    };
    embedded::FILES.iter().filter_map(|f| id(f.0)).collect()
}

/// The content of a resource. A model that the sample does not have is not said to be missing:
/// the sample knows nothing about it.
pub(super) fn get(resource: &Resource) -> Result<Body, Gap> {
    match file(&resource.path) {
        Some(bytes) => Ok(Body::of(bytes)),
        None if directory::is_record(&resource.path) => {
            Err(Gap::Unreachable("not in the built-in sample, and no hub could be reached".into()))
        }
        None => Err(Gap::NotFound),
    }
}
