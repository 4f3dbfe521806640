//! Maps made entry by entry.

use std::collections::BTreeMap;

/// Makes a map of entries; of two with the same key, the later one counts.
///
/// For maps that are small or not made often: `collect` sorts first, which is faster for many
/// entries, but brings each place that calls it 7 kB of machine code for the sort.
pub fn map_of<K: Ord, V>(entries: impl IntoIterator<Item = (K, V)>) -> BTreeMap<K, V> {
    let mut map = BTreeMap::new();
    for (key, value) in entries {
        map.insert(key, value);
    }
    map
}
