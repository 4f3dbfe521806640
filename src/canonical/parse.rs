//! JSON text to [`Json`], accepting exactly what `JSON.parse` accepts.

use std::borrow::Cow;

use crate::model::{Json, Text};

use super::plain::plain_prefix;

/// Deepest nesting that is read. The studio's own hash recurses and gives up not far beyond it.
pub const MAX_DEPTH: usize = 1_000;

/// Members and elements that most objects and lists have room for from the start.
const ROOM: usize = 8;

/// Why a text is no JSON that we read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// A character that cannot stand here.
    #[error("unexpected {found} at byte {at}")]
    Unexpected {
        /// What stands there.
        found: String,
        /// Byte offset in the text.
        at: usize,
    },
    /// The text ends too early.
    #[error("unexpected end of the text")]
    End,
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("nested deeper than {MAX_DEPTH} levels at byte {at}")]
    TooDeep {
        /// Byte offset of the bracket that is too many.
        at: usize,
    },
}

/// Reads one JSON value, borrowing every text that needs no unescaping.
///
/// ```
/// use catalyst_sync::canonical::{parse, write};
///
/// let value = parse(r#"{"b": 1.0, "a": [1E400, "\ud83d"]}"#)?;
/// assert_eq!(write(&value), r#"{"a":[null,"\ud83d"],"b":1}"#);
/// # Ok::<(), catalyst_sync::canonical::ParseError>(())
/// ```
///
/// # Errors
///
/// [`ParseError`] names the byte where the text stops being JSON.
pub fn parse(text: &str) -> Result<Json<'_>, ParseError> {
    let mut parser = Parser { text, bytes: text.as_bytes(), at: 0 };
    parser.skip_space();
    let value = parser.value(0)?;
    parser.skip_space();
    if parser.at == parser.bytes.len() { Ok(value) } else { Err(parser.unexpected()) }
}

/// Reads the members of an object besides those named, which are stepped over without a look at
/// what they hold. `null` for what is no object.
///
/// # Errors
///
/// As [`parse`], for what is read.
pub fn parse_besides<'a>(text: &'a str, skipped: &[&str]) -> Result<Json<'a>, ParseError> {
    let mut parser = Parser { text, bytes: text.as_bytes(), at: 0 };
    parser.skip_space();
    if parser.peek() == Some(b'{') { parser.object_besides(skipped) } else { Ok(Json::Null) }
}

struct Parser<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn unexpected(&self) -> ParseError {
        match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            Some(found) => ParseError::Unexpected { found: format!("{found:?}"), at: self.at },
            None => ParseError::End,
        }
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Result<(), ParseError> {
        if self.peek() == Some(byte) {
            self.at += 1;
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    fn word(&mut self, word: &str, value: Json<'a>) -> Result<Json<'a>, ParseError> {
        for byte in word.bytes() {
            self.expect(byte)?;
        }
        Ok(value)
    }

    fn value(&mut self, depth: usize) -> Result<Json<'a>, ParseError> {
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string().map(Json::String),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Json::Bool(true)),
            Some(b'f') => self.word("false", Json::Bool(false)),
            Some(b'n') => self.word("null", Json::Null),
            _ => Err(self.unexpected()),
        }
    }

    fn open(&mut self, depth: usize) -> Result<(), ParseError> {
        if depth >= MAX_DEPTH {
            return Err(ParseError::TooDeep { at: self.at });
        }
        self.at += 1;
        self.skip_space();
        Ok(())
    }

    /// Steps over a comma (`true`) or the closing bracket (`false`).
    fn more(&mut self, close: u8) -> Result<bool, ParseError> {
        self.skip_space();
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                self.skip_space();
                Ok(true)
            }
            Some(byte) if byte == close => {
                self.at += 1;
                Ok(false)
            }
            _ => Err(self.unexpected()),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json<'a>, ParseError> {
        self.open(depth)?;
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Json::Object(Vec::new()));
        }
        let mut members = Vec::with_capacity(ROOM);
        loop {
            let key = self.string()?;
            self.skip_space();
            self.expect(b':')?;
            self.skip_space();
            members.push((key, self.value(depth + 1)?));
            if !self.more(b'}')? {
                return Ok(Json::Object(members));
            }
        }
    }

    fn object_besides(&mut self, skipped: &[&str]) -> Result<Json<'a>, ParseError> {
        self.open(0)?;
        let mut members = Vec::new();
        let mut more = self.peek() != Some(b'}');
        while more {
            let key = self.string()?;
            self.skip_space();
            self.expect(b':')?;
            self.skip_space();
            if key.as_str().is_some_and(|key| skipped.contains(&key)) {
                self.skip_value()?;
            } else {
                members.push((key, self.value(1)?));
            }
            more = self.more(b'}')?;
        }
        Ok(Json::Object(members))
    }

    /// Steps over a value, looking at texts and brackets only.
    fn skip_value(&mut self) -> Result<(), ParseError> {
        let mut depth = 0_usize;
        loop {
            match self.peek() {
                Some(b'"') => self.skip_text()?,
                Some(b'{' | b'[') => {
                    depth += 1;
                    self.at += 1;
                }
                Some(b'}' | b']' | b',') if depth == 0 => return Ok(()),
                Some(b'}' | b']') => {
                    depth -= 1;
                    self.at += 1;
                }
                Some(_) => self.at += 1,
                None => return Err(ParseError::End),
            }
        }
    }

    fn skip_text(&mut self) -> Result<(), ParseError> {
        loop {
            self.at += 1;
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.at += 1,
                Some(_) => {}
                None => return Err(ParseError::End),
            }
        }
        self.at += 1;
        Ok(())
    }

    fn array(&mut self, depth: usize) -> Result<Json<'a>, ParseError> {
        self.open(depth)?;
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Json::Array(Vec::new()));
        }
        let mut elements = Vec::with_capacity(ROOM);
        loop {
            elements.push(self.value(depth + 1)?);
            if !self.more(b']')? {
                return Ok(Json::Array(elements));
            }
        }
    }

    fn digits(&mut self) -> Result<(), ParseError> {
        if !matches!(self.peek(), Some(b'0'..=b'9')) {
            return Err(self.unexpected());
        }
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<Json<'a>, ParseError> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        // Short whole numbers, which most are, need no rounding.
        if text.len() <= 9
            && let Ok(number) = text.parse::<i32>()
            && number != 0
        {
            return Ok(Json::Number(number.into()));
        }
        // The grammar above is a subset of what `f64` reads, and both round to nearest even.
        text.parse().map(Json::Number).map_err(|_| self.unexpected())
    }

    fn string(&mut self) -> Result<Text<'a>, ParseError> {
        self.expect(b'"')?;
        let plain = self.run();
        match self.peek() {
            Some(b'"') => {
                self.at += 1;
                Ok(Text::Str(Cow::Borrowed(plain)))
            }
            Some(b'\\') => self.escaped(plain.to_owned()),
            _ => Err(self.unexpected()),
        }
    }

    /// Reads on from the first escape of a text.
    fn escaped(&mut self, mut text: String) -> Result<Text<'a>, ParseError> {
        loop {
            text.push_str(self.run());
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Text::Str(Cow::Owned(text)));
                }
                Some(b'\\') => {
                    self.at += 1;
                    let unit = self.escape()?;
                    match char::from_u32(unit.into()) {
                        Some(char) => text.push(char),
                        None => return self.escaped_pairs(&text, unit),
                    }
                }
                _ => return Err(self.unexpected()),
            }
        }
    }

    /// Characters up to the next one that ends or escapes.
    fn run(&mut self) -> &'a str {
        let start = self.at;
        self.at += plain_prefix(self.bytes.get(start..).unwrap_or_default());
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Reads on from the first escaped half of a surrogate pair, which may lack the other half.
    fn escaped_pairs(&mut self, text: &str, half: u16) -> Result<Text<'a>, ParseError> {
        let mut units: Vec<u16> = text.encode_utf16().chain([half]).collect();
        loop {
            units.extend(self.run().encode_utf16());
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(match String::from_utf16(&units) {
                        Ok(text) => Text::Str(Cow::Owned(text)),
                        Err(_) => Text::Utf16(units.into_boxed_slice()),
                    });
                }
                Some(b'\\') => {
                    self.at += 1;
                    units.push(self.escape()?);
                }
                _ => return Err(self.unexpected()),
            }
        }
    }

    fn escape(&mut self) -> Result<u16, ParseError> {
        let unit = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => u16::from(byte),
            Some(b'b') => 8,
            Some(b'f') => 12,
            Some(b'n') => 10,
            Some(b'r') => 13,
            Some(b't') => 9,
            Some(b'u') => {
                let hex = self.text.get(self.at + 1..self.at + 5).ok_or(ParseError::End)?;
                if !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                    return Err(self.unexpected());
                }
                self.at += 4;
                u16::from_str_radix(hex, 16).unwrap_or_default()
            }
            _ => return Err(self.unexpected()),
        };
        self.at += 1;
        Ok(unit)
    }
}
