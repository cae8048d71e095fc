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

/// Looks where a card says that data are: the datasets of a collection, with what its list says of them, or a repository.
pub(super) async fn data_place(fetcher: &Fetcher, place: DataPlace) -> (Vec<DatasetSnapshot>, Option<RepoSnapshot>) {
    let mention = Mention { line: Some(place.line), declared: false, context: format!("listed at {}", text::cut(&place.url, 200)) };
    let (hub, at) = (HuggingFace, &fetcher.endpoints);
    match place.kind {
        PlaceKind::Collection { slug, used } => {
            let Ok(body) = fetcher.get(&hub.collection(at, &slug)).await else { return (Vec::new(), None) };
            let listed = hub.datasets_of_collection(&body.bytes).unwrap_or_default().into_iter().map(|record| DatasetSnapshot {
                id: record.id.clone(),
                role: Role::Training,
                mention: mention.clone(),
                open_ended: !used,
                page: hub.dataset_page(at, &record.id),
                elsewhere: true,
                record: Ok(record),
                card: Err(Gap::NotFetched("the collection that lists it was looked at".into())),
            });
            (listed.collect(), None)
        }
        PlaceKind::Repository(id) => (Vec::new(), Some(repo(fetcher, id, mention, "HEAD", "HEAD").await)),
        PlaceKind::Other => (Vec::new(), None),
    }
}
