//! What happens to a text: it is damaged as JSON, as a text and as bytes.

use std::ops::Range;

use crate::support::documents::Random;

/// Values that somebody has to expect.
const ODD: [&str; 44] = [
    "null",
    "true",
    "false",
    "0",
    "-0",
    "1",
    "-1",
    "0.1",
    "1e400",
    "-1e400",
    "1e-400",
    "5e-324",
    "9007199254740993",
    "-9007199254740993",
    "18446744073709551616",
    "1e21",
    "4294967296",
    "-9223372036854775808",
    "\"9223372036854775807\"",
    "\"-1\"",
    "\"\"",
    "\" \"",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\"\\udc00\\ud800\"",
    "\"\\ufeff\"",
    "\"\u{feff}x\"",
    "\"\u{202e}x\"",
    "\"__proto__\"",
    "\"constructor\"",
    "\"/\"",
    "\"~\"",
    "\"a/b~c\"",
    "\"../x\"",
    "\"remote:x\"",
    "\"content-type:x\"",
    "[]",
    "{}",
    "[null]",
    "[[]]",
    "{\"\":{}}",
    "{\"__proto__\":{\"a\":1}}",
    "\"2026-02-30T25:61:00Z\"",
    "\"9999-12-31T23:59:59.999999999+14:00\"",
];

/// Names that a member may get.
const NAMES: [&str; 14] = [
    "\"\"",
    "\"__proto__\"",
    "\"constructor\"",
    "\"type\"",
    "\"key\"",
    "\"name\"",
    "\"id\"",
    "\"fields\"",
    "\"items\"",
    "\"enum\"",
    "\"properties\"",
    "\"a/b~c\"",
    "\"\\ud800\"",
    "\"0\"",
];

/// One of the seeds after a few accidents.
pub fn mutated(seeds: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut data = seeds[random.below(seeds.len())].clone();
    // Mostly few, so that most of what is meant is still there.
    for _ in 0..=random.below(4) {
        let other = &seeds[random.below(seeds.len())];
        match random.below(8) {
            0 => in_bytes(&mut data, random),
            1 => in_lines(&mut data, other, random),
            _ => in_values(&mut data, other, random),
        }
        // What grows by its own size each time would soon be all that is tested.
        data.truncate(100_000);
    }
    data
}

/// A few numbers by chance, for a door at which bytes are choices.
pub fn scattered(_: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    (0..5 * (1 + random.below(4))).map(|_| random.next().to_le_bytes()[0]).collect()
}

fn in_bytes(data: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(data.len() + 1);
    match random.below(8) {
        0 => data.truncate(at),
        1 => drop(data.drain(..at)),
        2 => insert(data, at, b"\xef\xbb\xbf"),
        3 => insert(data, at, b"\0"),
        4 => insert(data, at, b"\xff\xfe"),
        5 => insert(data, at, b"\xed\xa0\x80"),
        6 => {
            let end = (at + 1 + random.below(40)).min(data.len());
            let piece = data[at.min(end)..end].repeat(1 + random.below(300));
            insert(data, at, &piece);
        }
        _ => {
            if let Some(byte) = data.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
    }
}

/// Lines stand for columns, answers and entries.
fn in_lines(data: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    let mut lines: Vec<Vec<u8>> = data.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let others: Vec<&[u8]> = other.split(|byte| *byte == b'\n').collect();
    let (at, to) = (random.below(lines.len()), random.below(lines.len()));
    match random.below(4) {
        0 => drop(lines.remove(at)),
        1 => lines.swap(at, to),
        2 => lines.insert(to, lines[at].clone()),
        _ => lines[at] = others[random.below(others.len())].to_vec(),
    }
    *data = lines.join(&b'\n');
}

fn in_values(data: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    let spans = values(data);
    if spans.is_empty() {
        return in_bytes(data, random);
    }
    let Range { start, end } = spans[random.below(spans.len())].clone();
    let own = data[start..end].to_vec();
    let is_name = data[end..].iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':');
    let new: Vec<u8> = match random.below(12) {
        _ if is_name && !random.one_in(4) => random.pick(&NAMES).as_bytes().to_vec(),
        0 => [b"[".as_slice(), &own, b"]"].concat(),
        1 => [b"{\"a\":".as_slice(), &own, b"}"].concat(),
        2 => {
            let deep = [100, 900, 1_100, 20_000][random.below(4)];
            let (open, close) = if random.one_in(2) { ("[", "]") } else { ("{\"fields\":[", "]}") };
            [open.repeat(deep).into_bytes(), own, close.repeat(deep).into_bytes()].concat()
        }
        3 => format!("\"{}\"", random.pick(&["x", "\\n", "é", "/a", "\u{1f680}"]).repeat(5_000))
            .into_bytes(),
        4 => [own.as_slice(), b",", &own].concat(),
        5 => [own.as_slice(), b",\"a\":", &own].concat(),
        6 => {
            let others = values(other);
            if others.is_empty() {
                own
            } else {
                other[others[random.below(others.len())].clone()].to_vec()
            }
        }
        7 => data[spans[random.below(spans.len())].clone()].to_vec(),
        _ => random.pick(&ODD).as_bytes().to_vec(),
    };
    data.splice(start..end, new);
}

fn insert(data: &mut Vec<u8>, at: usize, piece: &[u8]) {
    data.splice(at..at, piece.iter().copied());
}

/// Where values and names stand, as far as that can be told: texts, words, numbers, and whatever is
/// between brackets.
fn values(data: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut open = Vec::new();
    let mut at = 0;
    while let Some(byte) = data.get(at) {
        let start = at;
        at += 1;
        match byte {
            b'{' | b'[' => open.push(start),
            b'}' | b']' => found.extend(open.pop().map(|start| start..at)),
            b'"' => {
                while let Some(byte) = data.get(at) {
                    at += if *byte == b'\\' { 2 } else { 1 };
                    if *byte == b'"' {
                        break;
                    }
                }
                at = at.min(data.len());
                found.push(start..at);
            }
            byte if byte.is_ascii_alphanumeric() || *byte == b'-' => {
                let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
                at += data[at..].iter().take_while(|byte| is_word(byte)).count();
                found.push(start..at);
            }
            _ => {}
        }
    }
    found
}
