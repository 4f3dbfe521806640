//! What the gate finds, and which rule of the table it breaks.

/// One way in which a request or an answer departs from a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// The rule broken; a name in the rules table.
    pub rule: &'static str,
    /// The status to refuse a request with.
    pub status: u16,
    /// Where, as a JSON pointer or a place such as `header if-match`.
    pub at: String,
    /// What is wrong there.
    pub message: String,
}

impl Breach {
    /// Records a breach that is answered 400.
    pub fn new(rule: &'static str, at: impl Into<String>, message: impl Into<String>) -> Self {
        Self { rule, status: 400, at: at.into(), message: message.into() }
    }

    /// Changes the status to refuse with.
    pub fn answered(self, status: u16) -> Self {
        Self { status, ..self }
    }
}
