//! Random JSON texts that look for the odd corners of JavaScript's JSON.

use std::fmt::Write as _;

/// A small generator of random numbers (SplitMix64): the same seed gives the same documents on
/// every machine.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    pub fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }

    pub fn pick<'t, T: ?Sized>(&mut self, from: &[&'t T]) -> &'t T {
        from[self.below(from.len())]
    }
}

/// Names as they stand between the quotes, escapes included.
const NAMES: [&str; 52] = [
    "id",
    "createdAt",
    "updatedAt",
    "_id",
    "_createdAt",
    "_updatedAt",
    "lastModified",
    "timestamp",
    "key",
    "name",
    "type",
    "fields",
    "label",
    "a",
    "b",
    "aa",
    "B",
    "Z",
    "_",
    "",
    " ",
    "0",
    "1",
    "9",
    "10",
    "01",
    "-1",
    "-0",
    "1.0",
    "1e3",
    "4294967294",
    "4294967295",
    "4294967296",
    "99999999999",
    "__proto__",
    "\\u005f_proto__",
    "constructor",
    "toJSON",
    "length",
    "\u{e9}",
    "e\u{301}",
    "\u{fb01}",
    "\u{1f600}",
    "\\ud83d\\ude00",
    "\\ud83d",
    "\\ude00",
    "\\uDE00\\uD83D",
    "\u{2028}",
    "\\u2028",
    "\u{ffff}",
    "\u{10ffff}",
    "\\u0061",
];

const NUMBERS: [&str; 46] = [
    "0",
    "-0",
    "0.0",
    "-0.0",
    "1",
    "-1",
    "1.0",
    "2.50",
    "0.1",
    "1e0",
    "1E2",
    "1e+2",
    "1e-2",
    "1e20",
    "1e21",
    "1e22",
    "123456789012345680000",
    "1e-6",
    "1e-7",
    "0.000001",
    "0.0000001",
    "1E400",
    "-1E400",
    "1e-400",
    "5e-324",
    "2.2250738585072014e-308",
    "1.7976931348623157e308",
    "1.7976931348623159e308",
    "4.35",
    "0.30000000000000004",
    "9007199254740991",
    "9007199254740992",
    "9007199254740993",
    "-9007199254740993",
    "9007199254740994.5",
    "4294967295",
    "18446744073709551616",
    "99999999999999999999999999999999",
    "1.0000000000000002",
    "3.141592653589793238462643383279",
    "100000000000000000000000e-5",
    "0e1000",
    "0.1e1",
    "12e-1",
    "1.5e300",
    "8.41e21",
];

const TEXTS: [&str; 24] = [
    "",
    "plain",
    "\\\"",
    "\\\\",
    "/",
    "\\/",
    "\\b\\f\\n\\r\\t",
    "\\u0000",
    "\\u001f",
    "\\u007f",
    "\u{7f}",
    "\u{80}",
    "\\u00E9",
    "\u{e9}",
    "\u{2028}\u{2029}",
    "\\u2028",
    "\u{1f6cd}\u{fe0f}",
    "\\ud83d\\uded2",
    "\\ud83d",
    "\\uded2\\ud83d",
    "x\\ud800y",
    "\u{feff}",
    "\u{fffd}",
    "\\uFFFF",
];

const SPACES: [&str; 6] = ["", "", "", " ", "\n", "\t\r\n "];

/// A random document: an object at the top, as definitions are, or now and then something else.
pub fn document(random: &mut Random) -> String {
    let mut out = String::new();
    let depth = if random.one_in(200) { 120 } else { 4 };
    match random.below(20) {
        0 => value(random, depth, &mut out),
        1 => list(random, depth, &mut out),
        _ => object(random, depth, &mut out),
    }
    out
}

/// A text that is nearly a document: some characters are lost, added, exchanged or cut off.
pub fn nearly(random: &mut Random) -> String {
    const STRAY: [&str; 38] = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "'",
        "/",
        "-",
        "+",
        ".",
        "e",
        "E",
        "0",
        "00",
        "1",
        "01",
        "t",
        "null",
        "nul",
        "NaN",
        "Infinity",
        "undefined",
        "\u{0}",
        "\n",
        "\u{b}",
        "\u{a0}",
        "\u{feff}",
        "\u{2028}",
        "\\u12",
        "\\u+123",
        "\\x",
        "\\uD83D",
        "1.",
        ".5",
        "1e",
    ];
    let mut chars: Vec<char> = document(random).chars().collect();
    for _ in 0..=random.below(3) {
        let at = random.below(chars.len() + 1);
        match random.below(4) {
            0 => chars.truncate(at),
            1 if at < chars.len() => _ = chars.remove(at),
            2 if at < chars.len() => {
                let stray = random.pick(&STRAY).chars();
                chars.splice(at..=at, stray);
            }
            _ => {
                let stray = random.pick(&STRAY).chars();
                chars.splice(at..at, stray);
            }
        }
    }
    chars.into_iter().collect()
}

fn value(random: &mut Random, depth: usize, out: &mut String) {
    match random.below(if depth == 0 { 6 } else { 9 }) {
        0 => out.push_str(random.pick(&["null", "true", "false"])),
        1 | 2 => number(random, out),
        3..=5 => text(random, out),
        6 | 7 => object(random, depth - 1, out),
        _ => list(random, depth - 1, out),
    }
}

/// How many elements: few in a deep document, whose size would explode otherwise.
fn breadth(random: &mut Random, depth: usize) -> usize {
    if depth > 4 { 1 } else { random.below(6) }
}

fn object(random: &mut Random, depth: usize, out: &mut String) {
    out.push('{');
    for at in 0..breadth(random, depth) {
        if at > 0 {
            out.push(',');
        }
        space(random, out);
        out.push('"');
        out.push_str(random.pick(&NAMES));
        if random.one_in(3) {
            out.push_str(random.pick(&NAMES));
        }
        out.push('"');
        space(random, out);
        out.push(':');
        space(random, out);
        nested(random, depth, out);
        space(random, out);
    }
    space(random, out);
    out.push('}');
}

fn list(random: &mut Random, depth: usize, out: &mut String) {
    out.push('[');
    for at in 0..breadth(random, depth) {
        if at > 0 {
            out.push(',');
        }
        space(random, out);
        nested(random, depth, out);
        space(random, out);
    }
    space(random, out);
    out.push(']');
}

fn nested(random: &mut Random, depth: usize, out: &mut String) {
    if depth <= 4 {
        value(random, depth, out);
    } else if random.one_in(2) {
        object(random, depth - 1, out);
    } else {
        list(random, depth - 1, out);
    }
}

fn text(random: &mut Random, out: &mut String) {
    out.push('"');
    for _ in 0..random.below(3) {
        out.push_str(random.pick(&TEXTS));
    }
    out.push('"');
}

fn number(random: &mut Random, out: &mut String) {
    match random.below(4) {
        // Any double at all, by its bits, in the longest form that is exact.
        0 => {
            let number = f64::from_bits(random.next());
            let number = if number.is_finite() { number } else { 0.5 };
            write!(out, "{number:e}").unwrap();
        }
        // Digits without rule.
        1 => {
            if random.one_in(2) {
                out.push('-');
            }
            out.push_str(&(random.next() >> random.below(64)).to_string());
            if random.one_in(2) {
                write!(out, ".{}", random.next() >> random.below(64)).unwrap();
            }
            if random.one_in(2) {
                write!(out, "{}{}", random.pick(&["e", "E+", "e-"]), random.below(330)).unwrap();
            }
        }
        _ => out.push_str(random.pick(&NUMBERS)),
    }
}

fn space(random: &mut Random, out: &mut String) {
    out.push_str(random.pick(&SPACES));
}
