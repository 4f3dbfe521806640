//! The order of properties, which the platform keeps as a number on each.

use crate::model::Json;

/// Distance between the numbers of a new sequence, which leaves room for insertions.
const STEP: i64 = 10;

/// The `sortOrder` of a property, if it has one that can stand on the wire: an int32.
pub(super) fn number(property: &Json<'_>) -> Option<i64> {
    let number = property.get("sortOrder").and_then(Json::as_f64)?;
    #[expect(clippy::cast_possible_truncation, reason = "checked to be an int32")]
    (number.abs() <= f64::from(i32::MAX)).then_some(number as i64)
}

/// The keys in the order of their numbers, without those that share a number, which says nothing of
/// which comes first; unknown when no number is left.
pub(super) fn sequence(mut numbers: Vec<(String, i64)>) -> Option<Vec<String>> {
    numbers.sort_by_key(|(_, number)| *number);
    let alone = numbers.chunk_by(|(_, first), (_, second)| first == second);
    let alone = alone.filter_map(|chunk| match chunk {
        [(key, _)] => Some(key.clone()),
        _ => None,
    });
    let keys: Vec<String> = alone.collect();
    (!keys.is_empty()).then_some(keys)
}

/// Numbers that put properties into the order given, changing as few as possible.
///
/// Takes the present number of each, in the intended order; `None` for a new one. Kept are those of
/// a longest run that rises with room for what stands between; the rest is spread over the gaps.
pub(super) fn renumber(present: &[Option<i64>]) -> Vec<i64> {
    let kept = kept_positions(present);
    let mut numbers = Vec::with_capacity(present.len());
    let mut previous: Option<i64> = None;
    for next in kept.iter().copied().map(Some).chain([None]) {
        let end = next.unwrap_or(present.len());
        let missing = end - numbers.len();
        let upper = next.and_then(|at| present.get(at).copied().flatten());
        numbers.extend(spread(previous, upper, missing));
        numbers.extend(upper);
        previous = upper;
    }
    let is_int32 = |number: &i64| i32::try_from(*number).is_ok();
    if numbers.iter().all(is_int32) { numbers } else { spread(None, None, present.len()) }
}

/// Positions of a longest subsequence whose numbers rise by at least the distance of the positions;
/// of several, one that begins early, so that what changes comes behind.
fn kept_positions(present: &[Option<i64>]) -> Vec<usize> {
    // Numbers leave room for what stands between them when this does not descend.
    let slack = |at: usize| {
        let number = present.get(at).copied().flatten()?;
        Some(number - i64::try_from(at).ok()?)
    };
    // Patience sorting from the end: `heads` holds, per length, the position with the largest slack
    // that begins a run of that length; `after` links each position to the next of its run.
    let mut heads: Vec<usize> = Vec::new();
    let mut after: Vec<Option<usize>> = vec![None; present.len()];
    for at in (0..present.len()).rev() {
        let Some(own) = slack(at) else { continue };
        let length = heads.partition_point(|&head| slack(head).is_some_and(|head| own <= head));
        if let Some(link) = after.get_mut(at) {
            *link = length.checked_sub(1).and_then(|shorter| heads.get(shorter).copied());
        }
        match heads.get_mut(length) {
            Some(head) => *head = at,
            None => heads.push(at),
        }
    }
    let next = |position: &usize| after.get(*position).copied().flatten();
    std::iter::successors(heads.last().copied(), next).collect()
}

/// `count` rising numbers strictly between two, which have room for them.
fn spread(lower: Option<i64>, upper: Option<i64>, count: usize) -> Vec<i64> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let (lower, upper) = match (lower, upper) {
        (Some(lower), Some(upper)) => (lower, upper),
        (Some(lower), None) => (lower, lower.saturating_add(STEP * (count + 1))),
        (None, None) => (0, STEP * (count + 1)),
        (None, Some(upper)) if upper > count => (0, upper),
        (None, Some(upper)) => (upper.saturating_sub(STEP * (count + 1)), upper),
    };
    (1..=count).map(|nth| lower + (upper - lower) * nth / (count + 1)).collect()
}
