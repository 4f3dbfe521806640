//! Where the contracts come from: our own files always, the official document when it is there.
//!
//! The official document is the vendor's and is not part of this repository. Its place is the
//! folder `../shared/contracts` beside the project, or the folder that the environment variable
//! `CATALYST_SYNC_CONTRACTS` names.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;

use super::super::Version;
use super::Contract;

/// The official document's file name.
pub const OFFICIAL_FILE: &str = "optimizely-preview3-contenttypes.official.json";

/// The official document is checked in unmodified; this is what it must be (facts §7, rule 1).
pub const OFFICIAL_SHA256: &str =
    "1019a5bef30a630619a4aae72ada2d227288ff9798b34513e0c35ac2ede0f0bf";

/// The text of one of our own.
#[cfg(not(target_family = "wasm"))]
macro_rules! own {
    ($name:literal) => {
        include_str!(concat!("../../contracts/", $name))
    };
}

/// What `fake/build.rs` left of it.
#[cfg(target_family = "wasm")]
macro_rules! own {
    ($name:literal) => {
        include_str!(concat!(env!("OUT_DIR"), "/", $name))
    };
}

const PREVIEW3: &str = own!("optimizely-preview3.json");
const V1: &str = own!("optimizely-v1.json");
const TOKEN: &str = own!("optimizely-token.json");

/// All contracts, read once per process.
pub struct Contracts {
    preview3: Contract,
    v1: Contract,
    /// The token endpoint's contract.
    pub token: Contract,
    official: Option<Contract>,
}

impl Contracts {
    /// Gives the contracts, reading them on first use.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Contracts> = OnceLock::new();
        SHARED.get_or_init(|| Self {
            preview3: Contract::read("own preview3", &parse(PREVIEW3)),
            v1: Contract::read("own v1", &parse(V1)),
            token: Contract::read("own token", &parse(TOKEN)),
            official: official_text()
                .map(|text| Contract::read("official preview3", &parse(&text))),
        })
    }

    /// Gives our own contract of a version; the fake's routes are taken from it.
    pub fn own(&self, version: Version) -> &Contract {
        match version {
            Version::Preview3 => &self.preview3,
            Version::V1 => &self.v1,
        }
    }

    /// Lists every contract that a version must keep.
    pub fn of(&self, version: Version) -> Vec<&Contract> {
        let official = self.official.as_ref().filter(|_| version == Version::Preview3);
        std::iter::once(self.own(version)).chain(official).collect()
    }
}

/// Reads our own contract of a version as JSON, for tests that walk it.
pub fn own_document(version: Version) -> Value {
    parse(match version {
        Version::Preview3 => PREVIEW3,
        Version::V1 => V1,
    })
}

/// Finds the official document, or nothing when its folder is absent.
///
/// # Panics
/// When `CATALYST_SYNC_CONTRACTS` is set and the document is not in it: a check that was asked
/// for must not be skipped.
pub fn official_path() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("CATALYST_SYNC_CONTRACTS") {
        let path = Path::new(&folder).join(OFFICIAL_FILE);
        assert!(path.is_file(), "CATALYST_SYNC_CONTRACTS is set, but {OFFICIAL_FILE} is not there");
        return Some(path);
    }
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/contracts");
    Some(beside.join(OFFICIAL_FILE)).filter(|path| path.is_file())
}

fn official_text() -> Option<String> {
    official_path().map(|path| std::fs::read_to_string(path).expect("the official document reads"))
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).expect("a contract is JSON")
}
