//! Histories and differences as text, for terminals and logs.

use std::fmt::Write as _;

use super::Graph;

/// Branches drawn side by side; of more the rest is left out, so that the text stays as long as the
/// history.
const LANES: usize = 24;

/// Longest value that a line repeats, in characters.
const SHOWN: usize = 60;

/// A version as it is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrawnVersion {
    /// Its hash.
    pub hash: String,
    /// Hashes of its parents.
    pub parents: Vec<String>,
    /// What stands beside it.
    pub label: String,
}

/// Draws a history, newest first, with a line for each version and one for each place where branches
/// part or meet.
///
/// ```
/// use catalyst_sync::version::{DrawnVersion, format_graph};
///
/// let one = |hash: &str, parents: &[&str]| DrawnVersion {
///     hash: hash.to_owned(),
///     parents: parents.iter().map(|&parent| parent.to_owned()).collect(),
///     label: hash.to_owned(),
/// };
/// let versions = [one("a", &[]), one("b", &["a"]), one("c", &["a"]), one("d", &["b", "c"])];
/// assert_eq!(format_graph(&versions), "* d\n|\\\n| * c\n* | b\n|/\n* a\n");
/// ```
#[must_use]
pub fn format_graph(versions: &[DrawnVersion]) -> String {
    let graph = Graph::new(versions.iter().map(|one| (one.hash.clone(), one.parents.clone())));
    let mut text = String::new();
    // The version that each lane leads to.
    let mut lanes: Vec<usize> = Vec::new();
    for &at in graph.order().iter().rev() {
        let Some(version) = versions.get(at) else { continue };
        let lane = lanes.iter().position(|next| *next == at).unwrap_or_else(|| {
            lanes.push(at);
            lanes.len() - 1
        });
        let label = version.label.replace('\n', " ");
        let own = row(&lanes, |drawn| if drawn == lane { '*' } else { '|' });
        let _ = writeln!(text, "{own} {label}");
        let mut parents = graph.parents(at).iter().copied();
        let mut ended = None;
        match parents.next() {
            None => _ = lanes.remove(lane),
            Some(first) => {
                if let Some(next) = lanes.get_mut(lane) {
                    *next = first;
                }
                // Two lanes that lead to the same version become one.
                let mut led = lanes.iter().enumerate().filter(|(_, next)| **next == first);
                ended = led.nth(1).map(|(other, _)| other);
            }
        }
        let before = lanes.len();
        for parent in parents {
            if !lanes.contains(&parent) {
                lanes.push(parent);
            }
        }
        if lanes.len() > before {
            let parting = row(&lanes, |drawn| if drawn < before { '|' } else { '\\' });
            let _ = writeln!(text, "{}", parting.replace(" \\", "\\"));
        }
        if let Some(ended) = ended {
            let meeting = row(&lanes, |drawn| if drawn == ended { '/' } else { '|' });
            let _ = writeln!(text, "{}", meeting.replace(" /", "/"));
            lanes.remove(ended);
        }
    }
    text
}

fn row(lanes: &[usize], sign: impl Fn(usize) -> char) -> String {
    let mut row = String::with_capacity(2 * lanes.len().min(LANES));
    for at in 0..lanes.len().min(LANES) {
        if at > 0 {
            row.push(' ');
        }
        row.push(sign(at));
    }
    if lanes.len() > LANES {
        row.push_str(" …");
    }
    row
}

/// Writes changes, a line each: `(kind, path, before, after)`, values as JSON.
///
/// ```
/// use catalyst_sync::version::format_changes;
///
/// let changes = [("modified", "/fields/title/label", Some("\"A\""), Some("\"B\""))];
/// assert_eq!(format_changes(changes), "~ /fields/title/label: \"A\" → \"B\"\n");
/// ```
#[must_use]
pub fn format_changes<'c>(
    changes: impl IntoIterator<Item = (&'c str, &'c str, Option<&'c str>, Option<&'c str>)>,
) -> String {
    let mut text = String::new();
    for (kind, path, before, after) in changes {
        let sign = match kind {
            "added" => '+',
            "removed" => '-',
            _ => '~',
        };
        let path = if path.is_empty() { "the whole type" } else { path };
        let values = match (before.map(shown), after.map(shown)) {
            (Some(before), Some(after)) => format!(": {before} → {after}"),
            (Some(one), None) | (None, Some(one)) => format!(": {one}"),
            (None, None) => String::new(),
        };
        let _ = writeln!(text, "{sign} {path}{values}");
    }
    text
}

fn shown(value: &str) -> String {
    match value.char_indices().nth(SHOWN) {
        Some((cut, _)) => format!("{}…", value.get(..cut).unwrap_or_default()),
        None => value.to_owned(),
    }
}
