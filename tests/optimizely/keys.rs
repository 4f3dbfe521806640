//! Keys, and those of the studio's proof of concept.

use catalyst_sync::model::{ContentType, Field};
use catalyst_sync::platform::optimizely::Profile;
use catalyst_sync::port::Dialect;

use super::dialect;

#[test]
fn keys_of_types() {
    // key column, name, preferred, legacy
    for (key, name, preferred, legacy) in [
        (None, "Blog Post", "BlogPost", None),
        (None, "BlogPost", "BlogPost", None),
        (None, "文章", "WenZhang", Some("Type")),
        (None, "Üben", "Uben", Some("ben")),
        (None, "Ünïcode Name", "UnicodeName", Some("ncodeName")),
        (None, "A", "TypeA", None),
        (None, "3D", "Type3D", None),
        (Some("hero_banner"), "Hero", "hero_banner", Some("Hero")),
        (Some("hero-banner"), "Hero", "herobanner", Some("Hero")),
        (Some(""), "Hero", "Hero", None),
    ] {
        let local = ContentType {
            key: key.map(str::to_owned),
            name: name.to_owned(),
            ..ContentType::default()
        };
        let names = dialect(Profile::Compatible).type_keys(&local);
        assert_eq!(names.preferred, preferred, "{name}");
        assert_eq!(
            names.legacy,
            legacy.map(str::to_owned).into_iter().collect::<Vec<_>>(),
            "{name}"
        );
    }
    let unnamed = dialect(Profile::Compatible).type_keys(&ContentType::default());
    assert_eq!(unnamed.legacy, ["UntitledType"]);
}

#[test]
fn keys_of_fields() {
    for (name, preferred, legacy) in [
        ("title", "title", None),
        ("URL", "URL", Some("uRL")),
        ("ID", "ID", Some("iD")),
        ("文", "Wen", Some("field")),
        ("hero-image", "heroimage", None),
        ("3d", "field3d", None),
        ("x", "fieldx", Some("x")),
    ] {
        let field = Field { name: name.to_owned(), ..Field::default() };
        let names = dialect(Profile::Compatible).field_keys(&field);
        assert_eq!(names.preferred, preferred, "{name}");
        assert_eq!(
            names.legacy,
            legacy.map(str::to_owned).into_iter().collect::<Vec<_>>(),
            "{name}"
        );
    }
}
