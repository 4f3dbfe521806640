//! The pages of a listing.

use std::collections::HashSet;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::model::Finding;
use crate::port::{Listing, RemoteDefinition};

use super::definition::{definition, name_of};
use super::problem::scrub;

/// Definitions asked for per page. The document allows 10,000; a thousand are about 3 MB, which
/// keeps memory small and costs ten requests where the most would cost one.
const PAGE_SIZE: usize = 1_000;
/// Last page that can be asked for.
const LAST_INDEX: usize = 10_000;
/// Unreadable definitions that are named one by one.
const MOST_NAMED: usize = 20;
/// Longest name and longest reason in a finding.
const LONGEST: usize = 100;

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
    /// Definitions so far, readable or not.
    taken: usize,
    unreadable: usize,
    findings: Vec<Finding>,
}

impl Pages {
    /// The path of the next page; `None` at the end.
    pub(super) fn next_path(&self) -> Option<String> {
        (!self.ended && self.index <= LAST_INDEX)
            .then(|| format!("/contenttypes?pageIndex={}&pageSize={PAGE_SIZE}", self.index))
    }

    /// What the listing was, as far as can be told: complete when it was read to its end, with every
    /// definition in it, and did not move meanwhile.
    pub(super) fn into_listing(mut self) -> Listing {
        let unnamed = self.unreadable - self.findings.len();
        if unnamed > 0 {
            self.findings.push(unreadable(format!("{unnamed} more definitions cannot be read")));
        }
        Listing {
            complete: self.ended && !self.moved && self.unreadable == 0,
            findings: self.findings,
        }
    }

    /// Takes a page. It is the last one when it is empty, or holds fewer definitions than the
    /// server says a page has; the total is an estimate and only ever asks for one page more.
    ///
    /// # Errors
    ///
    /// When it is no page, or one of something else: not a single definition has a key.
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
        let mut refused = None;
        for item in &items {
            self.taken += 1;
            match definition(item.get(), None) {
                Ok(definition) if self.seen.insert(definition.id.key()) => sink(definition),
                Ok(_) => self.moved = true,
                Err(why) => {
                    self.leave_out(item.get(), &why);
                    refused.get_or_insert(why);
                }
            }
        }
        if let Some(why) = refused.filter(|_| self.seen.is_empty()) {
            return Err(why);
        }
        let is_short = page.page_size.is_some_and(|size| items.len() < size);
        let found = self.seen.len() + self.unreadable;
        let is_expected_end = total.is_none_or(|total| found as u64 >= total);
        // A server that does not know the index shows the same page for ever, unreadable parts too.
        let is_repeated = self.seen.len() == known;
        self.ended = is_repeated || (is_short && is_expected_end);
        self.index += 1;
        Ok(())
    }

    fn leave_out(&mut self, item: &str, why: &serde_json::Error) {
        self.unreadable += 1;
        if self.findings.len() < MOST_NAMED {
            let name = name_of(item).map(|name| format!(" ({})", scrub(&name, LONGEST)));
            self.findings.push(unreadable(format!(
                "definition {}{} of the platform's listing cannot be read: {}",
                self.taken,
                name.unwrap_or_default(),
                scrub(&why.to_string(), LONGEST)
            )));
        }
    }
}

fn unreadable(message: String) -> Finding {
    Finding::warning(
        "REMOTE_UNREADABLE",
        message,
        "repair the definition on the platform; until then nothing is taken for deleted",
    )
}
