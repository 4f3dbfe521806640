//! Where requests may go.

use std::fmt;

use url::{Host, Url};

/// Scheme, host and port: credentials never leave the origin they were given for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(String);

impl Origin {
    /// The origin of an address.
    #[must_use]
    pub fn of(url: &Url) -> Self {
        Self(url.origin().ascii_serialization())
    }

    /// `https://host`, with the port when it is not the usual one.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The base address of a platform's API, such as `https://api.cms.optimizely.com/v1`.
///
/// https, or plain http to this machine; no user, no password, no query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    base: Url,
    origin: Origin,
}

/// Why an address cannot be used. The address itself is not repeated, because a refused one may
/// hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// Not an absolute http or https address.
    #[error("the address is no absolute https address")]
    Invalid,
    /// Plain http to another machine.
    #[error("the address is plain http, which is allowed to this machine only; use https")]
    Insecure,
    /// `https://user:password@host`.
    #[error("the address holds a user or a password; give credentials apart from it")]
    UserInfo,
    /// Something after the path.
    #[error("the address holds a query or a fragment")]
    Query,
}

impl Endpoint {
    /// Reads a base address; a slash at its end makes no difference.
    ///
    /// # Errors
    ///
    /// When requests with credentials must not go there.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let mut base = Url::parse(text.trim()).map_err(|_| EndpointError::Invalid)?;
        let host = base.host().ok_or(EndpointError::Invalid)?;
        match base.scheme() {
            "https" => {}
            "http" if is_loopback(&host) => {}
            "http" => return Err(EndpointError::Insecure),
            _ => return Err(EndpointError::Invalid),
        }
        if !base.username().is_empty() || base.password().is_some() {
            return Err(EndpointError::UserInfo);
        }
        if base.query().is_some() || base.fragment().is_some() {
            return Err(EndpointError::Query);
        }
        let path = base.path().trim_end_matches('/').to_owned();
        base.set_path(&path);
        Ok(Self { origin: Origin::of(&base), base })
    }

    /// The base address.
    #[must_use]
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// Where credentials may go.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Whether it is this machine, which no proxy stands before.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.base.host().is_some_and(|host| is_loopback(&host))
    }

    /// The address of a request; `None` when the path would lead out of the base address.
    pub(super) fn join(&self, path: &str) -> Option<Url> {
        let base = self.base.as_str().trim_end_matches('/');
        let url = Url::parse(&format!("{base}{path}")).ok()?;
        let inside = url.path().strip_prefix(self.base.path().trim_end_matches('/'))?;
        (inside.starts_with('/') && Origin::of(&url) == self.origin).then_some(url)
    }

    /// The address of something at the root of the origin.
    pub(super) fn at_root(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(path);
        url
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.to_canonical().is_loopback(),
    }
}
