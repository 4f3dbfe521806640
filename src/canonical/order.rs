//! The order in which a JavaScript engine lists the members of a rebuilt object.

use std::cmp::Ordering;

use crate::model::{Json, Text};

/// A member of an object, borrowed.
type Member<'m, 'a> = &'m (Text<'a>, Json<'a>);

/// Sorts members as JavaScript lists them after the studio has rebuilt the object from its sorted
/// keys: array indices first and by number, then the rest by UTF-16 code unit. Of two equal names
/// the last stays.
pub(super) fn sorted<'m, 'a>(members: &'m [(Text<'a>, Json<'a>)]) -> Vec<Member<'m, 'a>> {
    let mut sorted: Vec<_> = members.iter().collect();
    // Stable, so equal names keep the order in which they were written.
    sorted.sort_by(|(a, _), (b, _)| compare(a, b));
    sorted.reverse();
    sorted.dedup_by(|(a, _), (b, _)| a == b);
    sorted.reverse();
    sorted
}

/// Whether members stand as [`sorted`] would put them.
pub(super) fn is_sorted(members: &[(Text<'_>, Json<'_>)]) -> bool {
    members.is_sorted_by(|(a, _), (b, _)| compare(a, b) == Ordering::Less)
}

fn compare(a: &Text<'_>, b: &Text<'_>) -> Ordering {
    match (array_index(a), array_index(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => match (a, b) {
            // ASCII sorts alike in every encoding, and nearly every key is ASCII.
            (Text::Str(a), Text::Str(b)) if a.is_ascii() && b.is_ascii() => a.cmp(b),
            _ => units(a).cmp(units(b)),
        },
    }
}

fn units<'t>(text: &'t Text<'_>) -> Box<dyn Iterator<Item = u16> + 't> {
    match text {
        Text::Str(text) => Box::new(text.encode_utf16()),
        Text::Utf16(units) => Box::new(units.iter().copied()),
    }
}

/// The number behind a canonical array index: `0` to `4294967294`, without a leading zero.
fn array_index(key: &Text<'_>) -> Option<u32> {
    let text = key.as_str()?;
    let digits = matches!(text.as_bytes(), [b'0'] | [b'1'..=b'9', ..]) && text.len() <= 10;
    let index: u32 = if digits { text.parse().ok()? } else { return None };
    (index < u32::MAX).then_some(index)
}
