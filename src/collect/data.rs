//! The second wave's part on training data: datasets that are named, and places where a card says that they are.

use super::{document, repo};
use crate::hub::huggingface::HuggingFace;
use crate::hub::record::DatasetRecord;
use crate::net::{Fetcher, Gap};
use crate::plan::{DataPlace, DatasetMention, PlaceKind};
use crate::snapshot::{DatasetSnapshot, Mention, RepoSnapshot, Role};
use crate::text;
use futures_util::future::join;

/// Looks a dataset up that is named by its id alone.
pub async fn dataset_of(fetcher: &Fetcher, id: &str) -> DatasetSnapshot {
    let mention = Mention { line: None, declared: false, context: "named".into() };
    dataset(fetcher, DatasetMention { id: id.to_string(), role: Role::Unknown, mention, open_ended: false, elsewhere: None }).await
}

pub(super) async fn dataset(fetcher: &Fetcher, named: DatasetMention) -> DatasetSnapshot {
    let hub = HuggingFace;
    let DatasetMention { id, role, mention, open_ended, elsewhere } = named;
    if let Some(page) = elsewhere {
        let gap = || Gap::NotFetched("the rules know it".into());
        return DatasetSnapshot { id, role, mention, open_ended, page, elsewhere: true, record: Err(gap()), card: Err(gap()) };
    }
    let at = &fetcher.endpoints;
    let info = hub.dataset_info(at, &id);
    let page = hub.dataset_page(at, &id);
    let card = hub.dataset_card(at, &id);
    let (record, card) = join(fetcher.get(&info), fetcher.get(&card)).await;
    let record: Result<DatasetRecord, Gap> = record.and_then(|body| hub.read_dataset(&body.bytes).map_err(Gap::Malformed));
    let card = card.map(|body| document(format!("{page}/blob/main/README.md"), "README.md", &body.bytes));
    DatasetSnapshot { id, role, mention, open_ended, page, elsewhere: false, record, card }
}

/// What was found where a card says that data are.
#[derive(Default)]
pub(super) struct Found {
    /// The datasets of a collection, with what its list says of them.
    pub datasets: Vec<DatasetSnapshot>,
    pub repo: Option<RepoSnapshot>,
    /// What could not be looked at, and why.
    pub skipped: Option<(String, Gap)>,
}

/// Looks there.
pub(super) async fn data_place(fetcher: &Fetcher, place: DataPlace) -> Found {
    let mention = Mention { line: Some(place.line), declared: false, context: format!("listed at {}", text::cut(&place.url, 200)) };
    let (hub, at) = (HuggingFace, &fetcher.endpoints);
    match place.kind {
        PlaceKind::Collection { slug, used } => {
            let answer = fetcher.get(&hub.collection(at, &slug)).await;
            let listed = match answer.and_then(|body| hub.datasets_of_collection(&body.bytes).map_err(Gap::Malformed)) {
                Ok(listed) => listed,
                // No such collection is an answer.
                Err(Gap::MissingOrPrivate | Gap::NotFound) => return Found::default(),
                Err(gap) => return Found { skipped: Some((format!("collection:{slug}"), gap)), ..Found::default() },
            };
            let listed = listed.into_iter().map(|record| DatasetSnapshot {
                id: record.id.clone(),
                role: Role::Training,
                mention: mention.clone(),
                open_ended: !used,
                page: hub.dataset_page(at, &record.id),
                elsewhere: true,
                record: Ok(record),
                card: Err(Gap::NotFetched("the collection that lists it was looked at".into())),
            });
            Found { datasets: listed.collect(), ..Found::default() }
        }
        PlaceKind::Repository(id) => Found { repo: Some(repo(fetcher, id, mention, "HEAD", "HEAD").await), ..Found::default() },
        PlaceKind::Other => Found::default(),
    }
}
