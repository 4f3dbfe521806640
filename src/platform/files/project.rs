//! Content type to view.

use super::choice;
use super::form::LOCAL;
use crate::canonical::{Canonical, Path, View, derive_key, parse};
use crate::model::{Choice, ContentType, Field, Finding, Json, Raw};
use crate::port::{FieldMapping, Held, Loss, Projection};

/// Expresses a type. Nothing is lost but numbers that JSON has no form for.
pub(super) fn project(local: &ContentType, held: &Held) -> Projection {
    let mut projection = Projection::default();
    let root = Path::root();
    let (losses, findings) = (Vec::new(), Vec::new());
    let mut out = Out { view: View::new(), held: &held.view, losses, findings };
    out.text(root.child("name"), Some(&local.name));
    out.text(root.child("pluralName"), local.plural_name.as_ref());
    out.text(root.child("description"), local.description.as_ref());
    out.text(root.child("icon"), local.icon.as_ref());
    let category = local.category.map(|category| Canonical::str(category.word()));
    out.view.put(root.child("category"), category);
    out.text(root.child("displayField"), local.display_field.as_ref());
    for (name, value) in &local.settings {
        out.raw(root.child("settings").child(name), name, value);
    }
    projection.losses = std::mem::take(&mut out.losses);

    let keys = |field: &Field, within: &str| {
        let identity = format!("{within}{}", field.identity());
        held.keys.get(&identity).cloned().unwrap_or_else(|| derive_key(&field.name, "field"))
    };
    let place = Place { at: root, within: String::new() };
    out.fields(&local.fields, &place, &keys, &mut |field, key, losses| {
        projection.fields.push(FieldMapping {
            name: field.name.clone(),
            kind: field.kind_word(),
            platform_key: key.to_owned(),
            platform_type: field.kind_word(),
            held: false,
            losses,
        });
    });
    projection.view = out.view;
    projection.findings = out.findings;
    projection
}

/// Where fields stand: their parent's path, and its identity as bindings of nested fields begin.
struct Place {
    at: Path,
    within: String,
}

struct Out<'h> {
    view: View,
    /// What the folder has.
    held: &'h View,
    losses: Vec<Loss>,
    findings: Vec<Finding>,
}

impl Out<'_> {
    fn fields(
        &mut self,
        fields: &[Field],
        place: &Place,
        keys: &dyn Fn(&Field, &str) -> String,
        mapped: &mut dyn FnMut(&Field, &str, Vec<Loss>),
    ) {
        let list = place.at.child("fields");
        let mut order = Vec::new();
        for field in fields {
            let key = keys(field, &place.within);
            let at = list.child(&key);
            if self.view.get(&at).is_some() {
                self.findings.push(
                    Finding::error(
                        "KEY_COLLISION",
                        format!(
                            "field {:?} gets the key {key:?}, as another field does",
                            field.name
                        ),
                        "rename one of the two fields",
                    )
                    .at(at.as_str()),
                );
                continue;
            }
            let outer = std::mem::take(&mut self.losses);
            self.field(field, &at);
            let within = format!("{}{}/", place.within, field.identity());
            let inner = Place { at, within };
            self.fields(&field.fields, &inner, keys, &mut |_, _, _| {});
            let losses = std::mem::replace(&mut self.losses, outer);
            if place.within.is_empty() {
                mapped(field, &key, losses);
            } else {
                self.losses.extend(losses);
            }
            order.push(Json::str(key));
        }
        if !order.is_empty() {
            self.view.set(place.at.child("fieldOrder"), Canonical::of(&Json::Array(order)));
        }
    }

    fn field(&mut self, field: &Field, at: &Path) {
        self.view.set(at.clone(), Canonical::bool(true));
        self.text(at.child("name"), Some(&field.name));
        self.text(at.child("label"), field.label.as_ref());
        let kind = Some(("kind", Json::str(field.kind.word())));
        let item = field.item.as_ref().map(|item| ("item", Json::str(item.word())));
        let anchor = Json::object(kind.into_iter().chain(item));
        self.view.set(at.child("kind"), Canonical::of(&anchor));
        self.view.put(at.child("required"), field.required.then(|| Canonical::bool(true)));
        self.view.put(at.child("unique"), field.unique.then(|| Canonical::bool(true)));
        if let Some(value) = &field.default_value {
            self.raw(at.child("defaultValue"), "defaultValue", value);
        }
        self.text(at.child("help"), field.help.as_ref());
        self.text(at.child("placeholder"), field.placeholder.as_ref());
        self.constraints(field, at);
        self.options(&field.options, at);
        for target in &field.targets {
            let reference = format!("{LOCAL}{target}");
            self.view.set(at.child("targets").child(&reference), Canonical::bool(true));
        }
        for (name, value) in &field.extra {
            self.raw(at.child("extra").child(name), name, value);
        }
    }

    fn constraints(&mut self, field: &Field, at: &Path) {
        let own = &field.constraints;
        self.text(at.child("pattern"), own.pattern.as_ref());
        self.text(at.child("minDate"), own.min_date.as_ref());
        self.text(at.child("maxDate"), own.max_date.as_ref());
        let numbers = [
            ("minLength", own.min_length),
            ("maxLength", own.max_length),
            ("min", own.min),
            ("max", own.max),
            ("precision", own.precision),
            ("minItems", own.min_items),
            ("maxItems", own.max_items),
        ];
        for (name, number) in numbers {
            match number {
                Some(number) if number.is_finite() => {
                    self.view.set(at.child(name), Canonical::number(number));
                }
                Some(number) => {
                    self.lose(name, &Json::str(number.to_string()), "JSON has no such number");
                }
                None => {}
            }
        }
        // What the studio has in a form that says nothing is left as it is in the folder.
        for name in field.unsaid_limits() {
            let at = at.child(name);
            self.view.put(at.clone(), self.held.get(&at).cloned());
        }
    }

    fn options(&mut self, options: &[Choice], at: &Path) {
        let list = at.child("options");
        let mut order = Vec::new();
        for option in options {
            let scalar = parse(&option.value)
                .ok()
                .filter(|value| matches!(value, Json::String(_) | Json::Number(_) | Json::Bool(_)));
            let Some(value) = scalar else {
                self.lose(
                    "options",
                    &Json::str(&*option.value),
                    "it is no text, number or boolean",
                );
                continue;
            };
            let identity = choice::identity(&value);
            let at = list.child(&identity);
            if self.view.get(&at).is_some() {
                self.lose("options", &value, "another option has the same value");
                continue;
            }
            self.view.set(at.clone(), Canonical::bool(true));
            self.text(at.child("label"), Some(&option.label));
            self.text(at.child("description"), option.description.as_ref());
            order.push(Json::str(identity));
        }
        if !order.is_empty() {
            self.view.set(at.child("optionOrder"), Canonical::of(&Json::Array(order)));
        }
    }

    fn text(&mut self, at: Path, text: Option<&String>) {
        self.view.put(at, text.map(|text| Canonical::str(text)));
    }

    fn raw(&mut self, at: Path, attribute: &str, value: &Raw) {
        match Canonical::parse(value) {
            Ok(value) => self.view.set(at, value),
            Err(_) => self.lose(attribute, &Json::str(&**value), "it is no JSON"),
        }
    }

    fn lose(&mut self, attribute: &str, value: &Json<'_>, reason: &str) {
        self.losses.push(Loss {
            attribute: attribute.to_owned(),
            value: Canonical::of(value),
            reason: reason.to_owned(),
        });
    }
}
