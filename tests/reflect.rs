//! The way home: views back into the studio's rows.

mod alone;
mod laws;
mod order;
