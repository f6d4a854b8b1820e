//! The templates by AWS's own schemas, the edge router in a real Node.

pub mod router;
mod templates;
