//! A type as JavaScript names it.

use crate::argument::Argument;
use crate::compose::provider_request;
use crate::engine::TypeRef;
use crate::error::SyncError;

/// Reads `key | id | { key, websiteId?, provider? }`; an object without a key may bring its `id`.
pub(super) fn type_ref(argument: &Argument<'_>) -> Result<Option<TypeRef>, SyncError> {
    let what = "the key or id of a type, or an object with its key";
    let Some(value) = argument.value() else { return Ok(None) };
    if let Some(name) = value.as_str() {
        let name = Some(name).filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| argument.expected(what))?.to_owned();
        return Ok(Some(TypeRef { name, ..TypeRef::default() }));
    }
    if value.members().is_none() {
        return Err(argument.expected(what));
    }
    let key = argument.member("key")?;
    let name = key.text()?.map_or_else(|| argument.member("id")?.text(), |key| Ok(Some(key)))?;
    let name = name.filter(|name| !name.is_empty()).ok_or_else(|| key.expected("a text"))?;
    let website = argument.member("websiteId")?.text()?;
    Ok(Some(TypeRef {
        name: name.to_owned(),
        website_id: website.filter(|id| !id.is_empty()).map(str::to_owned),
        provider: provider_request(&argument.member("provider")?)?.id,
    }))
}

/// The same where a type must be named.
pub(super) fn required_type(argument: &Argument<'_>) -> Result<TypeRef, SyncError> {
    type_ref(argument)?
        .ok_or_else(|| argument.expected("the key or id of a type, or an object with its key"))
}
