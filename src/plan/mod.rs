//! Layer 3: what to do about what moved. Pure: order, risk, consent, digest.

mod capability;
mod consent;
mod digest;
mod guard;
mod operation;
mod order;

pub use capability::{Capabilities, CreateMode, IdentityMode, PreconditionMode};
pub use consent::{Consent, Withholding, loses_content, withhold};
pub use digest::{DigestedOperation, PlanTerms, plan_digest};
pub use guard::{Disappearance, check_presence};
pub use operation::{Risk, Verb};
pub use order::{Dependency, Order, order};
