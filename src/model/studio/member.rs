//! Members of an object by name, found in one pass.

use crate::model::{Json, Text};

/// A member that the model has a place for.
#[derive(Clone, Copy)]
pub(super) struct Member<'j, 'a> {
    /// Pointer to it from the field or definition, without the leading `/`; also the name under
    /// which it is kept when it is not understood.
    pub(super) path: &'static str,
    /// Its value, unless that is `null`.
    pub(super) value: Option<&'j Json<'a>>,
}

/// Members that have no place of their own, in the order written.
pub(super) type Rest<'j, 'a> = Vec<(&'j Text<'a>, &'j Json<'a>)>;

/// Declares a struct with one [`Member`] per name and a [`Rest`]. Names are compared in the order
/// given, so frequent ones stand first. Of two equal names the last counts, as in JavaScript.
macro_rules! members {
    ($(#[$doc:meta])* $name:ident under $prefix:literal { $($slot:ident = $member:literal,)+ }) => {
        $(#[$doc])*
        pub(super) struct $name<'j, 'a> {
            $(pub(super) $slot: $crate::model::studio::member::Member<'j, 'a>,)+
            pub(super) rest: $crate::model::studio::member::Rest<'j, 'a>,
        }

        impl<'j, 'a> $name<'j, 'a> {
            pub(super) fn of(
                members: &'j [($crate::model::Text<'a>, $crate::model::Json<'a>)],
            ) -> Self {
                let mut found = Self {
                    $($slot: $crate::model::studio::member::Member {
                        path: concat!($prefix, $member),
                        value: None,
                    },)+
                    rest: Vec::new(),
                };
                for (name, value) in members {
                    match name.as_str() {
                        $(Some($member) => {
                            found.$slot.value = (!value.is_null()).then_some(value);
                        })+
                        _ => found.rest.push((name, value)),
                    }
                }
                found
            }
        }
    };
}

pub(super) use members;
