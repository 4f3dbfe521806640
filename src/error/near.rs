//! What somebody may have meant.

/// The known name that is most like another one, if any differs from it by case alone or by at most
/// `edits` letters; of several, the first.
pub(crate) fn nearest<'k>(
    given: &str,
    known: impl IntoIterator<Item = &'k str>,
    edits: usize,
) -> Option<&'k str> {
    let given = given.to_lowercase();
    let letters = given.chars().count();
    let far = |name: &str| distance(&given, &name.to_lowercase());
    let near = known.into_iter().map(|name| (far(name), name));
    // Of a name so short, nothing would be left to be alike.
    let near = near.filter(|(far, _)| *far <= edits && (*far == 0 || *far * 2 < letters));
    near.min_by_key(|(far, _)| *far).map(|(_, name)| name)
}

/// How many letters have to be added, removed or replaced.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (at, letter) in from.chars().enumerate() {
        let mut above_left = at;
        let mut left = at + 1;
        for (cell, other) in row.iter_mut().skip(1).zip(&to) {
            let replaced = above_left + usize::from(letter != *other);
            above_left = *cell;
            left = replaced.min(above_left + 1).min(left + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = at + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}
