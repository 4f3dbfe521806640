//! The pages of a listing.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::port::RemoteDefinition;

use super::definition::definition;

/// Definitions asked for per page. The document allows 10,000; a thousand are about 3 MB, which
/// keeps memory small and costs ten requests where the most would cost one.
const PAGE_SIZE: usize = 1_000;
/// Last page that can be asked for.
const LAST_INDEX: usize = 10_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    #[serde(borrow)]
    items: Option<Vec<&'a RawValue>>,
    page_size: Option<usize>,
    /// `preview3`; an estimate, and optional.
    total_item_count: Option<u64>,
    /// `v1`.
    total_count: Option<u64>,
}

/// Reads a listing page by page, and notices when it moves in between.
#[derive(Default)]
pub(super) struct Pages {
    index: usize,
    seen: HashSet<String>,
    total: Option<u64>,
    moved: bool,
    ended: bool,
}

impl Pages {
    /// The path of the next page; `None` at the end.
    pub(super) fn next_path(&self) -> Option<String> {
        (!self.ended && self.index <= LAST_INDEX)
            .then(|| format!("/contenttypes?pageIndex={}&pageSize={PAGE_SIZE}", self.index))
    }

    /// Whether the listing was read to its end and did not move meanwhile, as far as can be told.
    pub(super) fn is_complete(&self) -> bool {
        self.ended && !self.moved
    }

    /// Takes a page. It is the last one when it is empty, or holds fewer definitions than the
    /// server says a page has; the total is an estimate and only ever asks for one page more.
    pub(super) fn take(
        &mut self,
        body: &[u8],
        sink: &mut (dyn FnMut(RemoteDefinition) + Send),
    ) -> Result<(), serde_json::Error> {
        let page: Body<'_> = serde_json::from_slice(body)?;
        let items = page.items.unwrap_or_default();
        let total = page.total_item_count.or(page.total_count);
        self.moved |= matches!((self.total, total), (Some(was), Some(is)) if was != is);
        self.total = total.or(self.total);
        let known = self.seen.len();
        for item in &items {
            let definition = definition(item.get(), None)?;
            if self.seen.insert(definition.id.key()) {
                sink(definition);
            } else {
                self.moved = true;
            }
        }
        let is_short = page.page_size.is_some_and(|size| items.len() < size);
        let is_expected_end = total.is_none_or(|total| self.seen.len() as u64 >= total);
        // A server that does not know the index shows the same page for ever.
        let is_repeated = self.seen.len() == known;
        self.ended = is_repeated || (is_short && is_expected_end);
        self.index += 1;
        Ok(())
    }
}
