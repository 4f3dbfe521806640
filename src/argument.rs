//! Reads what callers pass, and names what is wrong with it.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::canonical::{parse, write};
use crate::error::{ErrorCode, SyncError, nearest};
use crate::model::Json;

/// One argument: a value with the name by which the caller knows it, such as `options.mode`.
///
/// `null` counts as absent, because JavaScript writes both. Unknown members are ignored, but for those
/// that [`Argument::refuse_misspelt`] finds.
#[derive(Debug, Clone)]
pub struct Argument<'a> {
    name: String,
    value: Option<&'a Json<'a>>,
}

/// The last moment that a `Date` can hold.
const LAST_DATE: f64 = 8.64e15;

/// Longest text that an error message repeats.
const SHOWN: usize = 60;

impl<'a> Argument<'a> {
    /// Names a value.
    pub fn new(name: impl Into<String>, value: &'a Json<'a>) -> Self {
        Self { name: name.into(), value: Some(value).filter(|value| !value.is_null()) }
    }

    /// The member of an object; absent where the object is.
    ///
    /// # Errors
    ///
    /// `INVALID_ARGUMENT` when this is neither an object nor absent.
    pub fn member(&self, name: &str) -> Result<Self, SyncError> {
        if self.value.is_some_and(|value| value.members().is_none()) {
            return Err(self.expected("an object"));
        }
        let value = self.value.and_then(|value| value.get(name)).filter(|value| !value.is_null());
        Ok(Self { name: format!("{}.{name}", self.name), value })
    }

    /// Refuses a member whose name is nearly one of those that are known: it is meant to do something,
    /// and would do nothing.
    ///
    /// # Errors
    ///
    /// `INVALID_ARGUMENT` naming both.
    pub fn refuse_misspelt(&self, known: &[&str]) -> Result<(), SyncError> {
        let members = self.value.and_then(Json::members).unwrap_or_default();
        for (name, _) in members {
            let Some(given) = name.as_str().filter(|name| !known.contains(name)) else { continue };
            if let Some(meant) = nearest(given, known.iter().copied(), 1) {
                let message = format!("{}.{given} is not known; did you mean {meant}?", self.name);
                return Err(SyncError::new(ErrorCode::InvalidArgument, message));
            }
        }
        Ok(())
    }

    /// The value itself.
    #[must_use]
    pub fn value(&self) -> Option<&'a Json<'a>> {
        self.value
    }

    /// Reads a text.
    ///
    /// # Errors
    ///
    /// `INVALID_ARGUMENT` for anything else.
    pub fn text(&self) -> Result<Option<&'a str>, SyncError> {
        self.read("a text", Json::as_str)
    }

    /// Reads `true` or `false`; absent is `false`.
    ///
    /// # Errors
    ///
    /// `INVALID_ARGUMENT` for anything else: no value is taken for its truth.
    pub fn flag(&self) -> Result<bool, SyncError> {
        self.read("true or false", Json::as_bool).map(|flag| flag == Some(true))
    }

    /// Reads `true` or `false`, where absent has a meaning of its own.
    ///
    /// # Errors
    ///
    /// `INVALID_ARGUMENT` for anything else.
    pub fn choice(&self) -> Result<Option<bool>, SyncError> {
        self.read("true or false", Json::as_bool)
    }

    /// Reads a whole number between two bounds, both included.
    ///
    /// # Errors
    ///
    /// `INVALID_ARGUMENT` for anything else; nothing is rounded, wrapped or clamped.
    pub fn whole(&self, least: u32, most: u32) -> Result<Option<u32>, SyncError> {
        self.read(&format!("a whole number from {least} to {most}"), |value| {
            let number = value.as_f64()?;
            let inside = number >= f64::from(least) && number <= f64::from(most);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "checked to be whole and between two u32"
            )]
            (inside && number.fract() == 0.0).then_some(number as u32)
        })
    }

    /// Reads one of a few words.
    ///
    /// # Errors
    ///
    /// `INVALID_ARGUMENT` listing the words.
    pub fn one_of<T: Copy>(&self, words: &[(&str, T)]) -> Result<Option<T>, SyncError> {
        let listed: Vec<_> = words.iter().map(|(word, _)| format!("{word:?}")).collect();
        self.read(&listed.join(" or "), |value| {
            let given = value.as_str()?;
            words.iter().find(|(word, _)| *word == given).map(|(_, meaning)| *meaning)
        })
    }

    /// Reads a moment as milliseconds since the epoch: a number of them, or an ISO 8601 text with an
    /// offset, which is what a `Date` writes. A date alone is its first moment in UTC, as in JavaScript.
    ///
    /// # Errors
    ///
    /// `INVALID_ARGUMENT` for anything else, and for what no `Date` can hold.
    pub fn moment(&self) -> Result<Option<i64>, SyncError> {
        self.read("a date", |value| {
            let milliseconds = match value.as_str() {
                Some(text) => moment_of(text.trim())?,
                None => value.as_f64()?,
            };
            #[expect(clippy::cast_possible_truncation, reason = "checked to be far inside")]
            (milliseconds.abs() <= LAST_DATE).then_some(milliseconds.floor() as i64)
        })
    }

    /// Reads a list of texts; absent is empty.
    ///
    /// # Errors
    ///
    /// `INVALID_ARGUMENT` for anything else.
    pub fn texts(&self) -> Result<Vec<String>, SyncError> {
        let read = |value: &'a Json<'a>| {
            value.elements()?.iter().map(|element| element.as_str().map(str::to_owned)).collect()
        };
        self.read("a list of texts", read).map(Option::unwrap_or_default)
    }

    /// The error that says what this argument should be.
    #[must_use]
    pub fn expected(&self, what: &str) -> SyncError {
        let given = self.value.map_or_else(|| "missing".to_owned(), shown);
        SyncError::new(
            ErrorCode::InvalidArgument,
            format!("{} is {given}, and should be {what}", self.name),
        )
    }

    /// Like [`Argument::expected`], for a value that may be a secret: only its kind is told.
    #[must_use]
    pub fn expected_unseen(&self, what: &str) -> SyncError {
        let given = self.value.map_or("missing", Json::type_name);
        SyncError::new(
            ErrorCode::InvalidArgument,
            format!("{} is {given}, and should be {what}", self.name),
        )
    }

    fn read<T>(
        &self,
        what: &str,
        read: impl FnOnce(&'a Json<'a>) -> Option<T>,
    ) -> Result<Option<T>, SyncError> {
        self.value.map(|value| read(value).ok_or_else(|| self.expected(what))).transpose()
    }
}

/// Parses a whole argument.
///
/// # Errors
///
/// `INVALID_ARGUMENT` when the text is not JSON.
pub fn parse_argument<'a>(name: &str, text: &'a str) -> Result<Json<'a>, SyncError> {
    parse(text).map_err(|error| {
        SyncError::new(ErrorCode::InvalidArgument, format!("{name} cannot be read"))
            .caused_by(error)
    })
}

#[expect(clippy::cast_precision_loss, reason = "no moment that has a text comes near 2^53")]
fn moment_of(text: &str) -> Option<f64> {
    let moment = text.parse::<Timestamp>().ok().or_else(|| {
        let date = text.parse::<Date>().ok().filter(|_| text.len() == "2000-01-01".len())?;
        date.to_zoned(TimeZone::UTC).ok().map(|start| start.timestamp())
    });
    moment.map(|moment| moment.as_millisecond() as f64)
}

fn shown(value: &Json<'_>) -> String {
    match value {
        Json::Array(_) | Json::Object(_) => value.type_name().to_owned(),
        scalar => {
            let text = write(scalar);
            let cut = text.char_indices().nth(SHOWN).map_or(text.len(), |(at, _)| at);
            let (head, tail) = text.split_at(cut);
            if tail.is_empty() { text } else { format!("{head}…\"") }
        }
    }
}
