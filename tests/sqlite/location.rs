use std::path::Path;

use catalyst_sync::port::StudioError;
use catalyst_sync::sqlite::{Folders, StateLocation, resolve_database};

fn folders() -> Folders {
    Folders { current: "/app".into(), schema: "/app/prisma".into() }
}

#[test]
fn urls_name_files_as_prisma_reads_them() {
    for (url, file) in [
        ("file:./dev.db", "/app/prisma/dev.db"),
        ("file:dev.db", "/app/prisma/dev.db"),
        ("file:../data/dev.db", "/app/prisma/../data/dev.db"),
        ("file:./dev.db?connection_limit=1&socket_timeout=5", "/app/prisma/dev.db"),
        ("file:/var/dev.db", "/var/dev.db"),
        ("file:///var/dev.db", "/var/dev.db"),
        // Prisma does not decode.
        ("file:./my%20app.db", "/app/prisma/my%20app.db"),
        ("file:./my app.db", "/app/prisma/my app.db"),
        ("dev.db", "/app/dev.db"),
        ("./prisma/dev.db", "/app/prisma/dev.db"),
        ("/var/dev.db", "/var/dev.db"),
        ("odd?name.db", "/app/odd?name.db"),
    ] {
        assert_eq!(resolve_database(url, &folders()).unwrap(), Path::new(file), "{url}");
    }
}

#[test]
fn other_databases_are_not_supported_and_their_passwords_not_repeated() {
    for (url, kind) in [
        ("postgresql://me:secret@host/db", "postgresql"),
        ("postgres://me:secret@host/db", "postgres"),
        ("mysql://me:secret@host/db", "mysql"),
        ("prisma+postgres://host/?api_key=secret", "prisma+postgres"),
    ] {
        let error = resolve_database(url, &folders()).unwrap_err();
        assert!(matches!(&error, StudioError::Unsupported { kind: own } if own == kind), "{url}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

#[test]
fn a_url_without_a_file_is_invalid() {
    for url in ["", "file:", "file:?connection_limit=1"] {
        let error = resolve_database(url, &folders()).unwrap_err();
        assert!(matches!(error, StudioError::Invalid { .. }), "{url}: {error}");
    }
}

#[test]
fn the_schema_folder_counts_only_where_there_is_a_schema() {
    let folder = tempfile::tempdir().unwrap();
    let prisma = folder.path().join("prisma");
    std::fs::create_dir(&prisma).unwrap();
    assert_eq!(Folders::of(folder.path()).schema, folder.path());
    std::fs::write(prisma.join("schema.prisma"), "").unwrap();
    assert_eq!(Folders::of(folder.path()).schema, prisma);
}

#[test]
fn the_state_is_beside_the_studio_unless_said_otherwise() {
    let studio = Path::new("/app/prisma/dev.db");
    for (state_url, file, prefix) in [
        (None, "/app/prisma/dev.db.catalyst-sync", ""),
        (Some("studio"), "/app/prisma/dev.db", "catalyst_"),
        (Some("file:./state.db"), "/app/prisma/state.db", ""),
        (Some("/var/state.db"), "/var/state.db", ""),
        // Saying it by its address is saying it.
        (Some("file:./dev.db"), "/app/prisma/dev.db", "catalyst_"),
    ] {
        let location = StateLocation::resolve(state_url, studio, &folders()).unwrap();
        assert_eq!(
            (location.file(), location.prefix()),
            (Path::new(file), prefix),
            "{state_url:?}"
        );
    }
}
