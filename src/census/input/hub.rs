//! The models of a hub: its list endpoint, a page of a thousand records a request, or a directory in the
//! evidence layout, a record a folder.
//!
//! List endpoint: <https://huggingface.co/docs/hub/api#get-apimodels>; pages are joined by `Link` headers.

use super::array::Cutter;
use super::{Chunk, Chunker, Records, Sink, Watch};
use crate::error::Error;
use crate::hosts::Endpoints;
use crate::net::{Fetcher, Gap, Resource, budget, directory, limits};
use std::path::{Path, PathBuf};

/// What a record of the list has to have.
const FIELDS: &[&str] = &[
    "author",
    "cardData",
    "config",
    "createdAt",
    "disabled",
    "downloads",
    "gated",
    "lastModified",
    "library_name",
    "likes",
    "pipeline_tag",
    "private",
    "safetensors",
    "sha",
    "siblings",
    "tags",
];

/// The first page of the list of all models, or of those of an owner.
fn first_page(at: &Endpoints, author: Option<&str>) -> String {
    let fields: String = FIELDS.iter().map(|f| format!("&expand[]={f}")).collect();
    let author = author.map(|a| format!("&author={}", crate::ids::encode_path(a))).unwrap_or_default();
    // In the order of their making, since the usual order changes while pages are read.
    format!(
        "{}/api/models?limit={}&sort=createdAt&direction=-1{author}{fields}",
        at.get(crate::hub::huggingface::NAME),
        limits::LISTED_MODELS
    )
}

/// Goes through the pages of a list within its budget; `each` gets the bytes of one, and says whether it wants more.
///
/// # Errors
/// Which page could not be had, and why; what came before was passed on.
async fn pages(fetcher: &Fetcher, author: Option<&str>, watch: &Watch<'_>, each: impl FnMut(&[u8]) -> bool) -> Result<(), (usize, Gap)> {
    let budget = if author.is_some() { fetcher.budgets.owner_list } else { fetcher.budgets.list };
    budget::within(budget, all_pages(fetcher, author, watch, each)).await
}

async fn all_pages(
    fetcher: &Fetcher,
    author: Option<&str>,
    watch: &Watch<'_>,
    mut each: impl FnMut(&[u8]) -> bool,
) -> Result<(), (usize, Gap)> {
    let mut url = Some(first_page(&fetcher.endpoints, author));
    for n in 1.. {
        let Some(address) = url.take() else { return Ok(()) };
        let resource = Resource { path: format!("huggingface/lists/{n}"), url: address, limit: limits::LIST_PAGE_BYTES, expect: None };
        let mut waits = 0;
        let body = loop {
            match fetcher.page(&resource).await {
                Ok(body) => break body,
                // A long list is nothing to give up over.
                Err(Gap::RateLimited(Some(wait))) if wait <= limits::LIST_PATIENCE && waits < limits::LIST_WAITS => {
                    waits += 1;
                    (watch.say)(&format!("note: the hub asks to wait for {} s", wait.as_secs()));
                    tokio::time::sleep(wait).await;
                }
                Err(gap) => return Err((n, gap)),
            }
        };
        (watch.progress)(body.bytes.len() as u64);
        if !each(&body.bytes) {
            return Ok(());
        }
        url = body.next;
    }
    Ok(())
}

/// Reads all models of a hub, or of an owner, to the end.
///
/// # Errors
/// Where a directory cannot be read or the runtime does not start. A list that ends early is a broken record.
pub fn read(fetcher: &Fetcher, author: Option<&str>, sink: Sink<'_>, next: &mut u64, watch: &Watch<'_>) -> Result<(), Error> {
    if let Some(root) = fetcher.directory() {
        return folders(root, author, sink, next);
    }
    let runtime = crate::net::runtime()?;
    let name = fetcher.endpoints.get(crate::hub::huggingface::NAME).to_string();
    let mut chunker = Chunker::new(sink, next, &name, "model");
    let outcome = runtime.block_on(pages(fetcher, author, watch, |bytes| {
        let mut cutter = Cutter::default();
        cutter.feed(bytes, &mut chunker);
        cutter.finish(&mut chunker);
        chunker.wanted
    }));
    chunker.flush();
    if let Err((page, gap)) = outcome {
        chunker.broken(&format!("page {page} of the list, and what comes after it: {}", gap.words()));
    }
    Ok(())
}

/// The models of an owner: records in the order of the list, each whole.
///
/// # Errors
/// Why the list could not be had to its end.
pub fn records(fetcher: &Fetcher, owner: &str, watch: &Watch<'_>) -> Result<Result<Vec<Vec<u8>>, Gap>, Error> {
    let mut records = Vec::new();
    let mut gap = None;
    let mut sink = |chunk: Chunk| {
        match chunk.records {
            Records::Lines(lines) => {
                records.extend(lines.split(|b| *b == b'\n').filter(|l| !l.trim_ascii().is_empty()).map(<[u8]>::to_vec))
            }
            Records::Broken(why) => drop(gap.get_or_insert(Gap::Malformed(why))),
            Records::Rows(_) => {}
        }
        true
    };
    if fetcher.directory().is_some() {
        read(fetcher, Some(owner), &mut sink, &mut 0, watch)?;
    } else {
        let runtime = crate::net::runtime()?;
        let mut next = 0;
        let mut chunker = Chunker::new(&mut sink, &mut next, "list", "model");
        let outcome = runtime.block_on(pages(fetcher, Some(owner), watch, |bytes| {
            let mut cutter = Cutter::default();
            cutter.feed(bytes, &mut chunker);
            cutter.finish(&mut chunker);
            true
        }));
        chunker.flush();
        if let Err((_, why)) = outcome {
            return Ok(Err(why));
        }
    }
    Ok(gap.map_or(Ok(records), Err))
}

/// The records of a directory, by owner and name.
fn folders(root: &Path, owner: Option<&str>, sink: Sink<'_>, next: &mut u64) -> Result<(), Error> {
    let models = root.join("huggingface/models");
    let owners = match owner {
        Some(owner) => vec![models.join(owner)],
        None => below(&models)?,
    };
    for owner in owners {
        if !owner.is_dir() {
            continue;
        }
        for folder in below(&owner)? {
            let path = folder.join("info.json");
            let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
            let mut chunker = Chunker::new(&mut *sink, next, &name, "model");
            match directory::read(&path, limits::RECORD_BYTES) {
                // A line break in JSON is a blank wherever it may stand.
                Ok(bytes) => {
                    chunker.line().extend(bytes.into_iter().map(|b| if matches!(b, b'\n' | b'\r') { b' ' } else { b }));
                    chunker.end();
                    chunker.flush();
                }
                // A folder without a record is no model.
                Err(Gap::NotFound) => {}
                Err(gap) => chunker.broken(&gap.words()),
            }
            if !chunker.wanted {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// What is in a folder, sorted.
fn below(dir: &Path) -> Result<Vec<PathBuf>, Error> {
    let fail = |source| Error::File { action: "read", path: dir.display().to_string(), source };
    let mut out: Vec<PathBuf> = std::fs::read_dir(dir).map_err(fail)?.map(|e| Ok(e?.path())).collect::<Result<_, _>>().map_err(fail)?;
    out.sort();
    Ok(out)
}
