//! The studio's dialects of a content type.
