//! Pages of a collection (facts §2).

use serde_json::{Value, json};

use super::super::fault::FaultKind;
use super::super::options::Totals;
use super::super::store::Object;
use super::super::{Answer, Call, wire};
use super::Handling;

/// Cuts the asked page out of all items and shows only that. Pages carry no entity tags.
pub fn page<T>(
    handling: &Handling<'_>,
    items: impl ExactSizeIterator<Item = T>,
    show: impl Fn(T) -> Object,
) -> Answer {
    let number = |name: &str| handling.call.query_value(name).and_then(|text| text.parse().ok());
    let index: usize = number("pageIndex").unwrap_or(0);
    let size: usize = number("pageSize").unwrap_or(handling.behaviour.page_size);
    let total = items.len();
    let seeming = handling.faults.iter().find_map(|fault| match fault {
        FaultKind::TruncatedPages { items } => Some(*items),
        _ => None,
    });
    let there = items.take(seeming.unwrap_or(total));
    let here: Vec<Value> = there
        .skip(index.saturating_mul(size))
        .take(size)
        .map(|item| Value::Object(show(item)))
        .collect();
    let mut page = json!({ "items": here, "pageIndex": index, "pageSize": size });
    if handling.behaviour.totals == Totals::Told {
        page[wire::total_member(handling.version)] = json!(total);
    }
    Answer::json(200, &page)
}

/// The sources a listing is asked for; none named means all of them.
pub struct AskedSources(Vec<String>);

impl AskedSources {
    /// Reads them from the query.
    pub fn of(call: &Call) -> Self {
        let pairs = call.query_pairs().into_iter().filter(|(name, _)| name == "sources");
        Self(pairs.map(|(_, source)| source).collect())
    }

    /// Tells whether they include a source; `DEFAULT` stands for none.
    pub fn include(&self, source: &str) -> bool {
        let name = if source.is_empty() { "DEFAULT" } else { source };
        self.0.is_empty() || self.0.iter().any(|asked| asked == name)
    }
}
