//! The one public error and the one table of its codes.

use std::fmt;

use serde::Serialize;

/// What kind of failure an error is, which decides whether it is retried and what it stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ErrorClass {
    /// The input or the definition is not acceptable.
    Validation,
    /// A type that must exist first is missing or failed.
    Dependency,
    /// Both sides moved the same thing.
    Conflict,
    /// It exists already.
    Duplicate,
    /// The platform does not know us.
    Auth,
    /// The platform knows us and refuses this.
    Forbidden,
    /// Too many requests.
    RateLimit,
    /// The platform could not be reached, or could not answer.
    Network,
    /// What was named does not exist.
    NotFound,
    /// The user cancelled.
    Cancelled,
    /// A database or the state is not usable.
    State,
    /// A defect of the engine.
    Internal,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal, $class:ident, $status:literal;)+) => {
        /// Stable codes of [`SyncError`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum ErrorCode { $($(#[doc = $doc])+ $name,)+ }

        impl ErrorCode {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The code as programs see it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// The class it belongs to.
            #[must_use]
            pub fn class(self) -> ErrorClass {
                match self { $(Self::$name => ErrorClass::$class,)+ }
            }

            /// The HTTP status that a route should answer with.
            #[must_use]
            pub fn status(self) -> u16 {
                match self { $(Self::$name => $status,)+ }
            }
        }
    };
}

codes! {
    /// An argument is missing or of the wrong form; the message names it.
    InvalidArgument = "INVALID_ARGUMENT", Validation, 400;
    /// A type cannot be deployed as it is; the findings say why.
    ValidationFailed = "VALIDATION_FAILED", Validation, 422;
    /// The platform refused the definition.
    Rejected = "REJECTED", Validation, 422;
    /// The change would lose content and was not allowed to.
    DataLossRefused = "DATA_LOSS_REFUSED", Validation, 409;
    /// The deletion was not allowed.
    DeleteRefused = "DELETE_REFUSED", Validation, 409;
    /// A key that fits several types.
    AmbiguousType = "AMBIGUOUS_TYPE", Validation, 409;
    /// No such provider.
    UnknownProvider = "UNKNOWN_PROVIDER", Validation, 400;
    /// A provider that does not exist yet.
    ProviderUnavailable = "PROVIDER_UNAVAILABLE", Validation, 501;
    /// A function or option that does not exist yet.
    NotAvailable = "NOT_AVAILABLE", Validation, 501;
    /// The plan is no longer the one that was reviewed.
    PlanStale = "PLAN_STALE", Conflict, 409;
    /// Both sides changed the same property.
    Conflict = "CONFLICT", Conflict, 409;
    /// A write whose effect is not known and cannot be told from what the platform shows.
    InDoubt = "IN_DOUBT", Conflict, 409;
    /// The platform still shows what was there before our own last write.
    StaleRead = "STALE_READ", Conflict, 409;
    /// Another website claims this key of the platform.
    KeyClaimed = "KEY_CLAIMED", Conflict, 409;
    /// A deployment of this website to this target is running.
    DeploymentInProgress = "DEPLOYMENT_IN_PROGRESS", Conflict, 409;
    /// Somebody else took over while this run was frozen.
    LeaseLost = "LEASE_LOST", Conflict, 409;
    /// The key exists on the platform already.
    Duplicate = "DUPLICATE", Duplicate, 409;
    /// A type that this one needs failed or is missing.
    DependencyFailed = "DEPENDENCY_FAILED", Dependency, 424;
    /// No client id or secret was given.
    CredentialsMissing = "CREDENTIALS_MISSING", Auth, 401;
    /// The platform does not accept the credentials.
    AuthFailed = "AUTH_FAILED", Auth, 401;
    /// The platform refuses this to these credentials.
    Forbidden = "FORBIDDEN", Forbidden, 403;
    /// The acting person's role does not allow it.
    RoleRefused = "ROLE_REFUSED", Forbidden, 403;
    /// An address that credentials may not be sent to.
    HostNotAllowed = "HOST_NOT_ALLOWED", Forbidden, 403;
    /// The platform asked to slow down for longer than the run waits.
    RateLimited = "RATE_LIMITED", RateLimit, 429;
    /// No connection, or no usable answer.
    PlatformUnreachable = "PLATFORM_UNREACHABLE", Network, 502;
    /// The platform failed.
    PlatformFailed = "PLATFORM_FAILED", Network, 502;
    /// The API version was switched off.
    ApiVersionGone = "API_VERSION_GONE", Network, 502;
    /// No website has this id.
    WebsiteNotFound = "WEBSITE_NOT_FOUND", NotFound, 404;
    /// No type has this key or id.
    TypeNotFound = "TYPE_NOT_FOUND", NotFound, 404;
    /// No deployment has this id.
    DeploymentNotFound = "DEPLOYMENT_NOT_FOUND", NotFound, 404;
    /// The type is gone from the platform.
    RemoteGone = "REMOTE_GONE", NotFound, 404;
    /// The studio's database file does not exist.
    DatabaseNotFound = "DATABASE_NOT_FOUND", State, 503;
    /// The file is no database of a studio.
    DatabaseInvalid = "DATABASE_INVALID", State, 503;
    /// A kind of database that is not supported.
    DatabaseUnsupported = "DATABASE_UNSUPPORTED", State, 501;
    /// The database is locked by somebody else.
    DatabaseBusy = "DATABASE_BUSY", State, 503;
    /// The state cannot be written where it is.
    StoreReadOnly = "STORE_READ_ONLY", State, 503;
    /// The state cannot be read or written.
    StoreFailed = "STORE_FAILED", State, 503;
    /// The state was written by a newer release, or is not ours.
    StateIncompatible = "STATE_INCOMPATIBLE", State, 503;
    /// Most of the bound types are missing on the platform.
    TargetMismatch = "TARGET_MISMATCH", State, 409;
    /// Most of the bound types are missing in the studio.
    StudioMismatch = "STUDIO_MISMATCH", State, 409;
    /// The user cancelled.
    Cancelled = "CANCELLED", Cancelled, 499;
    /// The engine was closed.
    EngineClosed = "ENGINE_CLOSED", Cancelled, 503;
    /// A defect of the engine.
    Internal = "INTERNAL", Internal, 500;
}

/// Where and why, for programs; every member is optional.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Details {
    /// What was being done: `extract`, `list`, `create`, `update`, `delete` …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The type concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub type_key: Option<String>,
    /// The field or atom concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Which attempt failed, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// The HTTP status that the platform answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// The platform's id of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// What to do next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_step: Option<String>,
}

/// The public error: what happened, to which type and field, what to do next.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct SyncError {
    /// Stable code.
    pub code: ErrorCode,
    /// For people; holds no secret.
    pub message: String,
    /// For programs. Boxed, because most results are no errors.
    pub details: Box<Details>,
    /// What caused it.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl SyncError {
    /// Makes an error of a code.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), details: Box::default(), source: None }
    }

    /// Keeps what caused it.
    #[must_use]
    pub fn caused_by(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    /// Says what to do next.
    #[must_use]
    pub fn next_step(mut self, step: impl Into<String>) -> Self {
        self.details.next_step = Some(step.into());
        self
    }

    /// Says what was being done.
    #[must_use]
    pub fn during(mut self, operation: impl Into<String>) -> Self {
        self.details.operation = Some(operation.into());
        self
    }

    /// Says which type is concerned.
    #[must_use]
    pub fn of(mut self, type_key: impl Into<String>) -> Self {
        self.details.type_key = Some(type_key.into());
        self
    }

    /// The class of its code.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        self.code.class()
    }

    /// Whether the same call may succeed later without anything being changed.
    #[must_use]
    pub fn retryable(&self) -> bool {
        matches!(self.class(), ErrorClass::RateLimit | ErrorClass::Network | ErrorClass::Dependency)
            || matches!(
                self.code,
                ErrorCode::DatabaseBusy | ErrorCode::DeploymentInProgress | ErrorCode::StaleRead
            )
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
