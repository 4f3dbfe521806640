//! Values that say the same in another form.

use std::borrow::Cow;
use std::iter;

use crate::canonical::{Canonical, View, parse, write};
use crate::merge::{Ancestor, Base, Merge, Pair, Rewrite, Shape};
use crate::model::{Json, Text};

/// Whether two values of an atom differ in nothing but what the platform is known to rewrite.
///
/// ```
/// use catalyst_sync::canonical::Canonical;
/// use catalyst_sync::drift::is_noise;
/// use catalyst_sync::merge::Rewrite;
///
/// let (number, text) = (Canonical::number(5.0), Canonical::str("5"));
/// assert!(is_noise(Some(&number), Some(&text), &[Rewrite::NumberAsText]));
/// assert!(!is_noise(Some(&number), Some(&text), &[]));
/// // A code is no number, though it has only digits.
/// let code = Canonical::str("007");
/// assert!(!is_noise(Some(&Canonical::number(7.0)), Some(&code), &[Rewrite::NumberAsText]));
/// ```
#[must_use]
pub fn is_noise(
    before: Option<&Canonical>,
    after: Option<&Canonical>,
    rewrites: &[Rewrite],
) -> bool {
    let form = |value: Option<&Canonical>| {
        let value = value?.value();
        let is_nothing = value.is_null() && rewrites.contains(&Rewrite::NullAsAbsent);
        (!is_nothing).then(|| write(&sorted(plain(&value, rewrites), rewrites)))
    };
    before != after && !rewrites.is_empty() && form(before) == form(after)
}

/// Whether any movement of the platform's side is noise, so that [`settle`] has something to do.
#[must_use]
pub fn has_noise(merge: &Merge, shape: &Shape) -> bool {
    merge.movements.iter().any(|atom| {
        let was = atom.base.as_ref().map(|pair| pair.remote.as_ref());
        was.is_some_and(|was| {
            was != atom.remote.as_ref() && {
                let rewrites: Vec<Rewrite> = shape.rewrites_of(&atom.path).collect();
                is_noise(was, atom.remote.as_ref(), &rewrites)
            }
        })
    })
}

/// Moves the base along with the noise: where the platform only wrote down again what it had, its
/// half of the pair becomes what it has now. The studio's half stays, and so does everything that
/// really moved.
#[must_use]
pub fn settle(base: &Base, remote: &View, shape: &Shape) -> Base {
    let mut settled = base.clone();
    let paths = base.paths().chain(remote.iter().map(|(path, _)| path));
    for path in paths {
        let Ancestor::Known { local, remote: was } = base.get(path, shape) else { continue };
        let now = remote.get(path);
        if now == was {
            continue;
        }
        let rewrites: Vec<Rewrite> = shape.rewrites_of(path).collect();
        if is_noise(was, now, &rewrites) {
            settled.set(path, Pair { local: local.cloned(), remote: now.cloned() });
        }
    }
    settled
}

/// A value in the one form of all that the platform takes for the same, but for the order of a list.
fn plain<'j>(value: &'j Json<'j>, rewrites: &[Rewrite]) -> Json<'j> {
    let has = |rewrite| rewrites.contains(&rewrite);
    match value {
        Json::String(text) => match text.as_str() {
            Some(text) => plain_text(text, rewrites),
            None => value.clone(),
        },
        Json::Array(elements) => {
            Json::Array(elements.iter().map(|element| plain(element, rewrites)).collect())
        }
        Json::Object(members) => Json::Object(
            members
                .iter()
                .filter(|(_, value)| !(value.is_null() && has(Rewrite::NullAsAbsent)))
                .map(|(name, value)| (name.clone(), plain(value, rewrites)))
                .collect(),
        ),
        _ => value.clone(),
    }
}

fn plain_text<'t>(text: &'t str, rewrites: &[Rewrite]) -> Json<'t> {
    let has = |rewrite| rewrites.contains(&rewrite);
    if has(Rewrite::NumberAsText)
        && let Some(number) = number(text)
    {
        return number;
    }
    if has(Rewrite::ColourCase)
        && let Some(colour) = colour(text)
    {
        return Json::str(colour);
    }
    if has(Rewrite::Whitespace) {
        let words: Vec<&str> = text.split_whitespace().collect();
        return Json::str(words.join(" "));
    }
    Json::String(Text::Str(Cow::Borrowed(text)))
}

/// The number that a text writes, as JSON would: a leading zero makes it a code, a blank a text.
fn number(text: &str) -> Option<Json<'static>> {
    let is_written_so = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    match parse(text).ok().filter(|_| is_written_so)? {
        Json::Number(number) => Some(Json::Number(number)),
        _ => None,
    }
}

/// A hexadecimal colour in lower case, with two digits for each part and its number sign, without which
/// it is none.
fn colour(text: &str) -> Option<String> {
    let digits = text.strip_prefix('#')?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let digits = digits.to_ascii_lowercase();
    match digits.len() {
        3 | 4 => {
            Some(iter::once('#').chain(digits.chars().flat_map(|digit| [digit, digit])).collect())
        }
        6 | 8 => Some(format!("#{digits}")),
        _ => None,
    }
}

fn sorted<'j>(value: Json<'j>, rewrites: &[Rewrite]) -> Json<'j> {
    match value {
        Json::Array(mut elements) if rewrites.contains(&Rewrite::Unordered) => {
            elements.sort_by_cached_key(write);
            Json::Array(elements)
        }
        other => other,
    }
}
