//! `provider.config.directory`: below `filesRoot`, whatever leads there.

use std::path::Path;

use catalyst_sync::engine::{ProviderRequest, RunRequest};
use serde_json::json;

use crate::support::world::{World, brief, request, to_files};

async fn world() -> World {
    let mut world = World::new().await;
    std::fs::create_dir(world.beside("root")).unwrap();
    std::fs::create_dir(world.beside("outside")).unwrap();
    world.options["filesRoot"] = json!("root");
    world.add("c1", "Article", &json!({ "name": "Article", "fields": [] }));
    world
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn is_refused_when_it_leads_out_or_is_no_folder() {
    let world = world().await;
    std::fs::write(world.beside("root/file"), "kept").unwrap();
    let outside = world.beside("outside").display().to_string();
    let mut table = vec![
        ("../outside".to_owned(), "is outside of"),
        ("model/../../outside".to_owned(), "is outside of"),
        (outside.clone(), "is outside of"),
        ("/".to_owned(), "is outside of"),
        ("file".to_owned(), "is no directory"),
        ("file/model".to_owned(), ""),
        ("a\0b".to_owned(), ""),
    ];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(world.beside("outside"), world.beside("root/link")).unwrap();
        std::os::unix::fs::symlink(world.beside("nowhere"), world.beside("root/dangling")).unwrap();
        table.push(("link".to_owned(), "is outside of"));
        table.push(("link/model".to_owned(), "is outside of"));
        table.push(("dangling".to_owned(), "is outside of"));
    }
    for (directory, said) in table {
        let error = world.run(&to_files(&directory)).await.error.unwrap();
        assert_eq!(error.code.as_str(), "INVALID_ARGUMENT", "{directory:?}: {error}");
        assert!(error.message.starts_with("provider.config.directory: "), "{error}");
        assert!(error.message.contains(said), "{error}");
        assert!(error.details.next_step.is_some());
    }
    for directory in [None, Some(""), Some("  ")] {
        let config = directory.map(|text| ("directory".to_owned(), text.to_owned()));
        let provider =
            ProviderRequest { id: Some("files".to_owned()), config: config.into_iter().collect() };
        let error = world.run(&RunRequest { provider, ..request() }).await.error.unwrap();
        assert_eq!(error.code.as_str(), "INVALID_ARGUMENT", "{error}");
        assert!(error.message.starts_with("provider.config.directory is missing"), "{error}");
    }
    assert_eq!(names(&world.beside("outside")), [""; 0]);
    assert!(!world.beside("nowhere").exists());
    assert_eq!(std::fs::read_to_string(world.beside("root/file")).unwrap(), "kept");
}

/// A file that is a link is not followed, in either direction.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn keeps_links_to_files_as_they_are() {
    let world = world().await;
    std::fs::create_dir(world.beside("root/model")).unwrap();
    let secret = world.beside("outside/Article.json");
    std::fs::write(&secret, r#"{"key":"Article","name":"Theirs"}"#).unwrap();
    std::os::unix::fs::symlink(&secret, world.beside("root/model/Article.json")).unwrap();
    let report = world.run(&to_files("model")).await;
    assert_eq!(brief(&report.outcomes), ["Article none failed KEY_RESERVED"]);
    let text = std::fs::read_to_string(&secret).unwrap();
    assert_eq!(text, r#"{"key":"Article","name":"Theirs"}"#);
    assert_eq!(names(&world.beside("outside")), ["Article.json"]);
}
