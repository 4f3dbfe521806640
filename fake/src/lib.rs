//! The fake Optimizely of the tests for any JavaScript: texts in, texts out, nothing else.
//!
//! A caller makes `room` for a text, writes it there, calls `ask`, and reads the answer of that length
//! at `answer`. Time comes with each call, for WebAssembly has none.

#[path = "../../tests/support/fake/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the tests use the rest")]
mod fake;

use std::cell::RefCell;

use fake::Embedded;

/// One fake per instance of the module.
struct Guest {
    fake: Embedded,
    question: Vec<u8>,
    answer: String,
}

thread_local! {
    static GUEST: RefCell<Guest> = RefCell::new(Guest {
        fake: Embedded::new(),
        question: Vec::new(),
        answer: String::new(),
    });
}

/// Makes room for a question of so many bytes, and tells where.
#[unsafe(no_mangle)]
#[expect(unsafe_code, reason = "the name is how JavaScript finds it")]
pub extern "C" fn room(length: usize) -> *mut u8 {
    GUEST.with_borrow_mut(|guest| {
        guest.question.clear();
        guest.question.resize(length, 0);
        guest.question.as_mut_ptr()
    })
}

/// Answers the question at a moment in milliseconds since 1970; tells the length of the answer.
#[unsafe(no_mangle)]
#[expect(unsafe_code, reason = "the name is how JavaScript finds it")]
pub extern "C" fn ask(now: f64) -> usize {
    GUEST.with_borrow_mut(|guest| {
        let question = String::from_utf8_lossy(&guest.question);
        guest.answer = guest.fake.ask(&question, now as u64);
        guest.answer.len()
    })
}

/// Where the answer is.
#[unsafe(no_mangle)]
#[expect(unsafe_code, reason = "the name is how JavaScript finds it")]
pub extern "C" fn answer() -> *const u8 {
    GUEST.with_borrow(|guest| guest.answer.as_ptr())
}
