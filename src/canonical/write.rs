//! [`Json`] to canonical text, as `JSON.stringify` writes a rebuilt object.

use crate::model::{Json, Text};

use super::order::{is_sorted, sorted};
use super::plain::plain_prefix;

/// Writes canonical JSON.
#[must_use]
pub fn write(value: &Json<'_>) -> String {
    let room = match value {
        Json::String(Text::Str(text)) => text.len() + 2,
        Json::Array(_) | Json::Object(_) => 64,
        _ => 0,
    };
    let mut out = String::with_capacity(room);
    write_into(value, &mut out);
    out
}

/// Appends canonical JSON.
pub fn write_into(value: &Json<'_>, out: &mut String) {
    match value {
        Json::Null => out.push_str("null"),
        Json::Bool(true) => out.push_str("true"),
        Json::Bool(false) => out.push_str("false"),
        Json::Number(number) => write_number(*number, out),
        Json::String(text) => write_text(text, out),
        Json::Array(elements) => {
            out.push('[');
            for (at, element) in elements.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_into(element, out);
            }
            out.push(']');
        }
        Json::Object(members) if is_sorted(members) => write_members(members.iter(), out),
        Json::Object(members) => write_members(sorted(members).into_iter(), out),
    }
}

fn write_members<'m, 'a: 'm>(
    members: impl Iterator<Item = &'m (Text<'a>, Json<'a>)>,
    out: &mut String,
) {
    out.push('{');
    for (at, (key, member)) in members.enumerate() {
        if at > 0 {
            out.push(',');
        }
        write_text(key, out);
        out.push(':');
        write_into(member, out);
    }
    out.push('}');
}

/// Writes JSON without spaces and with every member where it stands, as `JSON.stringify` writes a
/// value that nobody rebuilt. What was only read and written again means what it meant.
///
/// ```
/// use catalyst_sync::canonical::{parse, write_ordered};
///
/// let value = parse(r#"{"name": "title", "id": 1.0}"#)?;
/// assert_eq!(write_ordered(&value), r#"{"name":"title","id":1}"#);
/// # Ok::<(), catalyst_sync::canonical::ParseError>(())
/// ```
#[must_use]
pub fn write_ordered(value: &Json<'_>) -> String {
    let mut out = String::with_capacity(256);
    ordered(value, &mut out);
    out
}

fn ordered(value: &Json<'_>, out: &mut String) {
    match value {
        Json::Array(elements) => {
            out.push('[');
            for (at, element) in elements.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                ordered(element, out);
            }
            out.push(']');
        }
        Json::Object(members) => {
            out.push('{');
            for (at, (key, member)) in members.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_text(key, out);
                out.push(':');
                ordered(member, out);
            }
            out.push('}');
        }
        scalar => write_into(scalar, out),
    }
}

/// Writes JSON for people and version control: two spaces, members in the order given, one line
/// for a list of scalars, a line feed at the end.
#[must_use]
pub fn write_pretty(value: &Json<'_>) -> String {
    let mut out = String::new();
    pretty(value, 0, &mut out);
    out.push('\n');
    out
}

fn pretty(value: &Json<'_>, depth: usize, out: &mut String) {
    let scalar = |value: &Json<'_>| !matches!(value, Json::Array(_) | Json::Object(_));
    match value {
        Json::Array(elements) if !elements.is_empty() && !elements.iter().all(scalar) => {
            out.push('[');
            for (at, element) in elements.iter().enumerate() {
                new_line(at, depth + 1, out);
                pretty(element, depth + 1, out);
            }
            new_line(0, depth, out);
            out.push(']');
        }
        Json::Array(elements) if !elements.is_empty() => {
            out.push('[');
            for (at, element) in elements.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                write_into(element, out);
            }
            out.push(']');
        }
        Json::Object(members) if !members.is_empty() => {
            out.push('{');
            for (at, (key, member)) in members.iter().enumerate() {
                new_line(at, depth + 1, out);
                write_text(key, out);
                out.push_str(": ");
                pretty(member, depth + 1, out);
            }
            new_line(0, depth, out);
            out.push('}');
        }
        _ => write_into(value, out),
    }
}

fn new_line(at: usize, depth: usize, out: &mut String) {
    if at > 0 {
        out.push(',');
    }
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

fn write_number(number: f64, out: &mut String) {
    /// Up to here every integer is a double of its own and prints as itself.
    const SAFE: f64 = 9_007_199_254_740_992.0;
    if !number.is_finite() {
        out.push_str("null");
    } else if number.fract() == 0.0 && number.abs() <= SAFE {
        #[expect(clippy::cast_possible_truncation, reason = "integral and within 2^53")]
        out.push_str(itoa::Buffer::new().format(number as i64));
    } else {
        out.push_str(ryu_js::Buffer::new().format_finite(number));
    }
}

fn write_text(text: &Text<'_>, out: &mut String) {
    out.push('"');
    match text {
        Text::Str(text) => write_str(text, out),
        Text::Utf16(units) => {
            for unit in char::decode_utf16(units.iter().copied()) {
                match unit {
                    Ok(char) => write_str(char.encode_utf8(&mut [0; 4]), out),
                    Err(lone) => write_escape(lone.unpaired_surrogate(), out),
                }
            }
        }
    }
    out.push('"');
}

fn write_str(text: &str, out: &mut String) {
    let mut rest = text;
    loop {
        // What ends the plain text is ASCII, so it ends at the boundary of a character.
        let (plain, after) = rest.split_at(plain_prefix(rest.as_bytes()));
        out.push_str(plain);
        let Some(byte) = after.bytes().next() else { return };
        rest = after.get(1..).unwrap_or_default();
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            8 => out.push_str("\\b"),
            9 => out.push_str("\\t"),
            10 => out.push_str("\\n"),
            12 => out.push_str("\\f"),
            13 => out.push_str("\\r"),
            other => write_escape(u16::from(other), out),
        }
    }
}

fn write_escape(unit: u16, out: &mut String) {
    out.push_str("\\u");
    for shift in [12, 8, 4, 0] {
        out.push(char::from_digit(u32::from(unit >> shift) & 0xf, 16).unwrap_or('0'));
    }
}
