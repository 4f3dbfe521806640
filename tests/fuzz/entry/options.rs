//! What callers configure, and what of it is stored with a run.

use catalyst_sync::compose::{EngineOptions, engine};
use catalyst_sync::engine::{RunOptions, Strategy, UndoMode};

/// The options of an engine, and those of a run as they are kept.
pub fn options(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match EngineOptions::from_json(&text) {
        Ok(options) => {
            let settings = options.settings();
            assert!(settings.max_in_flight >= 1 && settings.max_attempts >= 1);
            if let Err(error) = engine(&options) {
                assert!(!error.message.is_empty() && error.details.next_step.is_some());
            }
        }
        Err(error) => {
            assert_eq!(error.code.as_str(), "INVALID_ARGUMENT");
            assert!(error.message.starts_with("options"), "{error}");
            assert!(error.message.len() < 1_000, "{} bytes", error.message.len());
        }
    }
    if let Ok(run) = serde_json::from_str::<RunOptions>(&text) {
        let written = serde_json::to_string(&run).expect("options have a form");
        assert_eq!(serde_json::from_str::<RunOptions>(&written).ok(), Some(run.clone()));
        match run.check() {
            Ok(_) => assert!(run.direction().is_ok()),
            Err(error) => assert_eq!(error.code.as_str(), "INVALID_ARGUMENT"),
        }
    }
    let _ = (Strategy::from_word(&text), UndoMode::named(&text));
}
